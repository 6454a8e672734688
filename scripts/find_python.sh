#!/bin/sh
# Print the path of the newest Python from 3.11 to 3.13 on this machine that really runs.
#
# A version manager's shim may stand on PATH without a Python behind it, and hide a good one further
# on: so every folder of PATH is tried, then the folders where version managers keep what they
# installed. PYTHON=... names one instead.
set -u

versions='3.13 3.12 3.11'

# Prints the interpreter's own path if it is one of the versions asked for and complete: Debian
# splits modules off, and packages with native code want an ordinary CPython.
probe='
import sys, sysconfig
import ssl, sqlite3
version = "%d.%d" % sys.version_info[:2]
assert version in sys.argv[1].split()
assert sys.implementation.name == "cpython"
assert not sysconfig.get_config_var("Py_GIL_DISABLED")
print(getattr(sys, "_base_executable", None) or sys.executable)
'

runs() {
    "$1" -c "$probe" "$2" 2>/dev/null </dev/null
}

folders() {
    home=${HOME:-/nonexistent}
    data=${XDG_DATA_HOME:-$home/.local/share}
    (IFS=:; set -f; printf '%s\n' $PATH)
    printf '%s\n' \
        "${PYENV_ROOT:-$home/.pyenv}"/versions/*/bin \
        "${ASDF_DATA_DIR:-$home/.asdf}"/installs/python/*/bin \
        "${MISE_DATA_DIR:-$data/mise}"/installs/python/*/bin \
        "${UV_PYTHON_INSTALL_DIR:-$data/uv/python}"/*/bin \
        "$home/.local/bin" \
        /usr/local/bin /opt/homebrew/bin
}

first_of_version() {
    folders | while IFS= read -r folder; do
        for name in "python$1" python3 python; do
            if [ -f "$folder/$name" ] && [ -x "$folder/$name" ]; then
                runs "$folder/$name" "$1" && exit 0
            fi
        done
    done
}

if [ -n "${PYTHON:-}" ]; then
    runs "$PYTHON" "$versions" && exit 0
    echo "PYTHON=$PYTHON is not a complete Python 3.11, 3.12 or 3.13 that runs." >&2
    exit 1
fi
for version in $versions; do
    found=$(first_of_version "$version")
    if [ -n "$found" ]; then
        printf '%s\n' "$found"
        exit 0
    fi
done
echo "No Python 3.11, 3.12 or 3.13 that runs was found: install one (Debian, Ubuntu: apt install python3; macOS: brew install python@3.13), or name it with make PYTHON=/path/to/python." >&2
exit 1
