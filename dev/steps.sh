# Steps that the scripts beside this file are made of. Sourced by POSIX sh from the root of the repository.

# Everything the scripts make for themselves; ignored by git.
tools="$PWD/.fieldproof/tools"
target="${CARGO_TARGET_DIR:-$PWD/target}"
schemathesis_version=4.32.5

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# limited SECONDS CMD…: ends what hangs, so that whoever waits learns which it was.
limited() {
    if have timeout; then
        timeout -k 30 "$@"
    else
        shift
        "$@"
    fi
}

# Runs a command as root: directly, or with sudo.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "root is needed to run: $* (there is no sudo)"
    fi
}

# ---------------------------------------------------------------------------------------------------------- packages

# Debian's and Ubuntu's package lists may be absent (fresh containers) or old; fetched at most once per run.
apt_update() {
    [ -z "${apt_updated:-}" ] || return 0
    say "-- fetching the package lists"
    as_root apt-get update -q || die "the package lists could not be fetched (apt-get update)"
    apt_updated=yes
}

apt_install() {
    have apt-get || die "please install what provides: $* (only apt-get and Homebrew are handled)"
    ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || apt_update
    say "-- installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" && return 0
    apt_update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" ||
        die "apt-get could not install $*"
}

# The newest PostGIS 3 that the distribution packages, for example postgresql-15-postgis-3.
apt_postgis_package() {
    apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' | cut -d' ' -f1 | sort -t- -k2,2n | tail -n 1
}

need_rust() {
    have cargo || PATH="$HOME/.cargo/bin:$PATH"
    have cargo || die "cargo is missing; install Rust from https://rustup.rs and run this again"
}

need_cc() {
    have cc && return 0
    [ "$(uname -s)" != Darwin ] || die "a C compiler is missing; run: xcode-select --install"
    apt_install gcc libc6-dev
}

have_postgis() {
    for control in \
        /usr/share/postgresql/*/extension/postgis.control \
        /usr/pgsql-*/share/extension/postgis.control \
        /usr/share/postgresql*/extension/postgis.control \
        /opt/homebrew/share/postgresql*/extension/postgis.control \
        /usr/local/share/postgresql*/extension/postgis.control \
        /Applications/Postgres.app/Contents/Versions/*/share/postgresql/extension/postgis.control; do
        [ -e "$control" ] && return 0
    done
    [ -n "${FIELDPROOF_POSTGRES_BIN:-}" ]
}

# PostgreSQL's programs and PostGIS, unless somebody else's database is to be used. What the package starts by itself
# on port 5432 is never touched.
need_postgres() {
    [ -z "${FIELDPROOF_DATABASE_URL:-}" ] || return 0
    have_postgis && return 0
    if [ "$(uname -s)" = Darwin ]; then
        have brew || die "PostgreSQL with PostGIS is missing; install Homebrew (https://brew.sh) and run this again"
        say "-- installing postgis"
        brew install postgis || die "brew could not install postgis"
        return 0
    fi
    have apt-cache || die "PostgreSQL with PostGIS is missing; install both and run this again"
    package=$(apt_postgis_package)
    if [ -z "$package" ]; then
        apt_update
        package=$(apt_postgis_package)
    fi
    [ -n "$package" ] || die "this system packages no PostGIS 3; install PostgreSQL with PostGIS and run this again"
    version=${package#postgresql-}
    apt_install "postgresql-${version%-postgis-3}" "$package"
}

# A font with Chinese characters, for names on watermarked pictures; without one they show ids instead.
want_chinese_font() {
    [ "$(uname -s)" = Linux ] || return 0
    find /usr/share/fonts /usr/local/share/fonts "$HOME/.local/share/fonts" 2>/dev/null |
        grep -qiE 'cjk|wqy|sourcehan|notosanssc' && return 0
    have apt-get || return 0
    # Not worth failing for.
    (apt_install fonts-wqy-microhei) || say "-- no font with Chinese characters could be installed; watermarks will show ids"
}

need_rust_component() {
    cargo "$1" --version >/dev/null 2>&1 && return 0
    have rustup || die "cargo $1 is missing; install the $2 component of Rust"
    rustup component add "$2" || die "rustup could not add $2"
}

# The API tester, in a folder of its own, so that a second run finds it there.
need_schemathesis() {
    schemathesis="$tools/schemathesis-$schemathesis_version/bin/st"
    [ -x "$schemathesis" ] && return 0
    have python3 || apt_install python3
    venv="$tools/schemathesis-$schemathesis_version"
    rm -rf "$venv"
    mkdir -p "$tools"
    if ! python3 -m venv "$venv" >/dev/null 2>&1; then
        [ "$(uname -s)" = Linux ] || die "python3 cannot make a virtual environment"
        apt_install python3-venv
        rm -rf "$venv"
        python3 -m venv "$venv" || die "python3 cannot make a virtual environment"
    fi
    say "-- installing schemathesis $schemathesis_version"
    "$venv/bin/pip" install -q --disable-pip-version-check "schemathesis==$schemathesis_version" || {
        rm -rf "$venv"
        die "pip could not install schemathesis"
    }
}

# ------------------------------------------------------------------------------------------------------- SQL statements

# Builds the runner that lends a migrated throwaway database. It is built without the product, because it must run when
# the product does not compile: its statements are what is to be checked.
need_database_runner() {
    cargo build -q -p dev --no-default-features || return 1
    mkdir -p "$tools"
    cp "$target/debug/fieldproof-dev" "$tools/database" || return 1
}

# with_database CMD…: runs CMD with DATABASE_URL naming a migrated throwaway database.
with_database() { "$tools/database" with-database -- "$@"; }

# describe_statements DIR: checks every statement against a migrated database and writes what it learns into DIR.
describe_statements() {
    rm -rf "$1"
    mkdir -p "$1" || return 1
    need_database_runner || return 1
    # A crate that is not compiled anew describes nothing.
    touch -c store/src/lib.rs api/src/lib.rs workers/src/lib.rs tests/src/lib.rs dev/src/lib.rs
    with_database env SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$1" cargo check -q --workspace --all-targets
}
