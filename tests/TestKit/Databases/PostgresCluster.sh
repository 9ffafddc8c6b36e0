# Runs one PostgreSQL cluster until standard input ends, which it does however the process at its other end has died.
# Arguments: the directory of PostgreSQL's programs, the cluster's own directory, the port, the user to run as (empty: oneself).
# The first line of standard input is the superuser's password. Prints "ready" when connections are taken. Each further line lets the server crash and
# start again, and "ready" is printed once more.
set -eu
programs=$1 home=$2 port=$3 user=$4
data=$home/data

unprivileged() {
    if [ -n "$user" ]; then setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- "$@"; else "$@"; fi
}

remove() { # a cluster's directory, after its server
    if [ -s "$1/data/postmaster.pid" ]; then unprivileged "$programs/pg_ctl" stop -D "$1/data" -m immediate -t 20 > "$1/stop.log" 2>&1 || true; fi
    rm -rf "$1"
}

# Ctrl+C reaches the whole process group; the end of standard input is what counts.
trap '' HUP INT TERM
cd "$home"
IFS= read -r password

# Whoever holds the lock lives. It gets its name when it is held, so that nobody finds it free before. The server must not inherit it, or a
# cluster whose keeper was killed would look kept.
exec 9> "$home/lock.new"
flock -n 9
mv "$home/lock.new" "$home/lock"
for other in "$(dirname "$home")"/strangler-postgres-*; do
    if [ "$other" != "$home" ] && [ -f "$other/lock" ] && flock -n "$other/lock" true 9>&-; then remove "$other" 9>&-; fi
done

if [ -n "$user" ]; then chown "$user" "$home"; fi
printf '%s\n' "$password" > "$home/password"
if [ -n "$user" ]; then chown "$user" "$home/password"; fi

# A linguistic order of text, as the servers of users have it, and not the bytes' order that would hide a query relying on it.
order=--locale=C.UTF-8
if [ "$("$programs/postgres" --version | sed 's/.* \([0-9]*\)[.].*/\1/')" -ge 15 ]; then order="$order --locale-provider=icu --icu-locale=en-US"; fi
fail() {
    cat "$home/$1" >&2
    rm -rf "$home"
    exit 1
}
unprivileged "$programs/initdb" -D "$data" -U postgres -A scram-sha-256 --pwfile="$home/password" -E UTF8 $order --no-sync \
    > "$home/initdb.log" 2>&1 9>&- < /dev/null || fail initdb.log
start() {
    unprivileged "$programs/pg_ctl" start -D "$data" -w -t 60 -l "$home/data/server.log" \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300" \
        > "$home/start.log" 2>&1 9>&- < /dev/null || { cat "$home/data/server.log" >&2 || true; fail start.log; }
    echo ready
}

start
while read -r _; do
    unprivileged "$programs/pg_ctl" stop -D "$data" -m immediate -w -t 60 > "$home/stop.log" 2>&1 9>&- < /dev/null || fail stop.log
    start
done
remove "$home" 9>&-
