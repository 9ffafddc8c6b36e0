#!/bin/bash
# install-only PORT [ARGUMENT...]
#
# Starts the program, waits until it listens at PORT, and stops it again. The hosts have no command that makes their tables and
# queues and ends; they make them when they start, before they listen. Run with the login that may do so. Ends with 0 when all
# is made, whether it was missing or not.
set -u
port=$1
shift

/app/host "$@" &
host=$!
trap 'kill -TERM "$host" 2> /dev/null' TERM INT

# Ten minutes: the first start of the shop also fills its tables.
for _ in $(seq 600); do
    if ! kill -0 "$host" 2> /dev/null; then
        wait "$host"
        status=$?
        echo "install-only: the program ended before it listened at port $port." >&2
        exit $((status == 0 ? 1 : status))
    fi
    if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
        echo "install-only: everything is made; stopping the program."
        kill -TERM "$host"
        wait "$host"
        exit $?
    fi
    sleep 1
done

echo "install-only: the program did not listen at port $port within ten minutes." >&2
kill -TERM "$host"
wait "$host"
exit 1
