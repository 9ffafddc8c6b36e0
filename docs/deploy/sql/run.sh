#!/bin/bash
# Runs init.sql, then rights.sql, as an administrator of the server. Both may be run again at any time.
# From the environment: SQL_SERVER, SQLCMDUSER, SQLCMDPASSWORD (sqlcmd reads these two itself), and the passwords that init.sql names.
set -euo pipefail
cd "$(dirname "$0")"

# A password that ended the literal it stands in would be run as T-SQL.
for name in SQL_INSTALLER_PASSWORD SQL_LEGACY_PASSWORD SQL_CATALOG_PASSWORD SQL_PROXY_PASSWORD; do
    case "${!name:?is not set}" in
        *[!A-Za-z0-9._!-]*) echo "$name may hold letters, digits and . _ ! - only." >&2; exit 1 ;;
    esac
done

for script in init.sql rights.sql; do
    echo "run.sh: $script"
    # -C trusts the server's certificate, -b ends at the first error, -I keeps QUOTED_IDENTIFIER on, -l waits for the login (seconds).
    /opt/mssql-tools18/bin/sqlcmd -S "$SQL_SERVER" -C -b -I -l 30 -i "$script"
done
echo "run.sh: done"
