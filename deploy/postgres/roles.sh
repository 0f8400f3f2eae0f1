#!/bin/sh
# Makes what Houqin needs on a PostgreSQL server: a database for each service, a role that owns its
# tables, and a role for the service itself, which may read and write rows and nothing else.
#
# Run it as often as you like, before a first start, and to give roles new passwords. It works as an
# initialisation script of the image `postgres` (executable, or it would be sourced) and from
# anywhere else: as a role that may create roles and databases, by PGHOST, PGPORT, PGUSER and
# PGPASSWORD or PGPASSFILE.
#
# Passwords come from the environment, never from arguments, which every process may see; they are
# not printed and not written to the server's log. For contract, inspection, feedback and billing:
#
#   HOUQIN_CONTRACT_OWNER_PASSWORD   of contract_owner, for `python -m houqin_shared.migrate`
#   HOUQIN_CONTRACT_PASSWORD         of contract, for the service itself
#
# and, only if the bus is in PostgreSQL, HOUQIN_BUS_PASSWORD of the role `bus`. It owns the database
# of that name and makes its own tables; all four services use it.
#
# 为每个服务创建数据库、属主角色(用于迁移)与服务角色(仅可读写数据行),可重复执行;密码取自上述环境变量。
set -eu

user=${PGUSER:-${POSTGRES_USER:-postgres}}

missing=
for service in CONTRACT INSPECTION FEEDBACK BILLING; do
    for name in "HOUQIN_${service}_OWNER_PASSWORD" "HOUQIN_${service}_PASSWORD"; do
        eval "value=\${$name:-}"
        [ -n "$value" ] || missing="$missing $name"
    done
done
if [ -n "$missing" ]; then
    echo "roles.sh: set$missing. Nothing was changed. 请设置上述环境变量,未作任何更改。" >&2
    exit 2
fi

ask() {
    psql --no-psqlrc --quiet --tuples-only --set ON_ERROR_STOP=1 --username "$user" "$@" -f -
}

# role NAME ENVIRONMENT_VARIABLE: may log in, with this password and no other right.
role() {
    ask --dbname postgres --set name="$1" <<SQL
\\getenv password $2
\\o /dev/null
select set_config('log_statement', 'none', false), set_config('log_min_error_statement', 'panic', false)
    where current_setting('is_superuser')::boolean;
\\o
select format('create role %I', :'name')
    where not exists (select from pg_roles where rolname = :'name') \\gexec
alter role :"name" login password :'password';
SQL
}

# database NAME OWNER: nobody else may come in.
database() {
    ask --dbname postgres --set name="$1" --set owner="$2" <<'SQL'
-- Who is no superuser gives a database away only to a role that he could become.
select format('grant %I to current_user', :'owner')
    where not current_setting('is_superuser')::boolean \gexec
select format('create database %I owner %I', :'name', :'owner')
    where not exists (select from pg_database where datname = :'name') \gexec
revoke all on database :"name" from public;
SQL
}

# rows DATABASE OWNER SERVICE: the service reads and writes rows, now and in tables to come.
rows() {
    ask --dbname "$1" --set name="$1" --set owner="$2" --set service="$3" <<'SQL'
grant connect on database :"name" to :"service";
-- The owner sees the service's sessions: a migration can say whose transaction it waits for.
grant :"service" to :"owner";
set role :"owner";
revoke all on schema public from public;
grant usage on schema public to :"service";
grant select, insert, update, delete on all tables in schema public to :"service";
grant usage, select on all sequences in schema public to :"service";
grant execute on all functions in schema public to :"service";
alter default privileges in schema public
    grant select, insert, update, delete on tables to :"service";
alter default privileges in schema public grant usage, select on sequences to :"service";
alter default privileges in schema public grant execute on functions to :"service";
alter default privileges revoke execute on functions from public;
SQL
}

for service in contract inspection feedback billing; do
    upper=$(echo "$service" | tr '[:lower:]' '[:upper:]')
    role "${service}_owner" "HOUQIN_${upper}_OWNER_PASSWORD"
    role "$service" "HOUQIN_${upper}_PASSWORD"
    database "$service" "${service}_owner"
    rows "$service" "${service}_owner" "$service"
    echo "roles.sh: database $service, its owner ${service}_owner, its service $service"
done

if [ -n "${HOUQIN_BUS_PASSWORD:-}" ]; then
    role bus HOUQIN_BUS_PASSWORD
    database bus bus
    echo "roles.sh: database bus, its owner bus"
fi
