# shellcheck shell=bash disable=SC2034 # what is set here is read by who sources it
# Sourced by the other scripts: where things are, and the few things they share.
# Sets no options itself: the caller runs under `set -euo pipefail`.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
LOCAL=$ROOT/.local
VENV=$LOCAL/venv
LOG=$LOCAL/log
RUN=$LOCAL/run
CONF=$LOCAL/odoo.conf
ADDON=ar_collections
# Every process that the scripts start carries this mark, so that `make stop` knows it.
export AR_COLLECTIONS_LOCAL=$LOCAL

# Where Odoo is: the user's own checkout, or the one that scripts/setup fetched.
if [[ -n ${ODOO_HOME:-} ]]; then
    ODOO_HOME=$(realpath -m "$ODOO_HOME")
    ODOO_PYTHONPATH=$ODOO_HOME
    ODOO_BIN=$ODOO_HOME/odoo-bin
    ODOO_PACKAGE=$ODOO_HOME/odoo
    ODOO_ADDONS=$ODOO_HOME/odoo/addons,$ODOO_HOME/addons
else
    ODOO_PYTHONPATH=$LOCAL/odoo/usr/lib/python3/dist-packages
    ODOO_BIN=$LOCAL/odoo/usr/bin/odoo
    ODOO_PACKAGE=$ODOO_PYTHONPATH/odoo
    ODOO_ADDONS=$ODOO_PACKAGE/addons
fi
export ODOO_PACKAGE

say() { printf '%s\n' "$*"; }

# die LINE ...: the last words of a script.
die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# A Python that the pinned requirements install on; PYTHON=... names another one. First the
# distribution's own where it can make environments: it is built with profile-guided
# optimization, and the tests take a fifth less time on it than on one that pyenv compiled.
find_python() {
    local candidate can version='import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))'
    for can in "import ensurepip, venv; $version" "$version"; do
        for candidate in ${PYTHON:-/usr/bin/python3.11 python3.11 python3 python3.12 python3.10}; do
            "$candidate" -c "$can" 2>/dev/null || continue
            command -v "$candidate"
            return
        done
    done
    return 1
}

# Debian's archive keys, against which apt checks what it downloads.
find_keyring() { compgen -G '/usr/share/keyrings/debian-archive-keyring.[gp]*' | head -n 1 | grep .; }

# The process was started by a script of this checkout. One that is just becoming
# another program has no environment for a moment, and a dead one has none for good.
is_ours() {
    local environment
    for _ in {1..10}; do
        environment=$(tr '\0' '\n' 2>/dev/null <"/proc/$1/environ") || return 1
        [[ -z $environment ]] || break
        sleep 0.02
    done 2>/dev/null
    grep -qxF -- "AR_COLLECTIONS_LOCAL=$LOCAL" <<<"$environment"
}

# Remembers this very process for `make stop`, before it becomes another program, and
# forgets those that are gone with all that they started.
remember_me() {
    local file
    mkdir -p "$RUN"
    for file in "$RUN"/*.pid; do
        kill -0 -- "-$(basename "$file" .pid)" 2>/dev/null ||
            [[ -d /proc/$(basename "$file" .pid) ]] || rm -f "$file"
    done
    echo "$$" >"$RUN/$$.pid"
}
