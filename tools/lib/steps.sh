# Sourced by tools/check and tools/test: configure, build and test, and note how each step ended.
# All builds lie in build/, all results in $results, which tools/summary adds up.

jobs=$(nproc)

# One object for all build directories that compile a file in the same way, in every clone.
CCACHE_BASEDIR=$(dirname "$PWD")
export CCACHE_BASEDIR CCACHE_NOHASHDIR=1

# step NAME COMMAND...: runs the command quietly; its output is shown when it fails.
step() {
  local name=$1 log=$results/${1// /_}.log start=$SECONDS
  shift
  if "$@" >"$log" 2>&1; then
    printf '%s\tok\n' "$name" >>"$results/steps"
    printf '== %s: ok, %d s\n' "$name" $((SECONDS - start))
  else
    printf '%s\tfailed\n' "$name" >>"$results/steps"
    printf '== %s: FAILED, %d s\n' "$name" $((SECONDS - start))
    tail -n 60 "$log"
    return 1
  fi
}

# configure DIR OPTION...: sets the build directory up, anew when its options have changed.
configure() {
  local dir=$1
  shift
  local wanted="${CXX:-default} $*"
  if [[ -f $dir/build.ninja && $(cat "$dir/.options" 2>/dev/null) == "$wanted" ]]; then
    return 0
  fi
  rm -rf "$dir"
  meson setup "$dir" . "$@" && printf '%s\n' "$wanted" >"$dir/.options"
}

# build NAME DIR OPTION...: one step that configures and builds everything.
build() {
  local name=$1 dir=$2
  shift 2
  step "$name build" build_quietly "$dir" "$@"
}

build_quietly() {
  configure "$@" && ninja -C "$1" -j "$jobs"
}

# build_tests NAME DIR SUITE OPTION...: the same for what the tests of one suite run, and no more.
build_tests() {
  local name=$1 dir=$2 suite=$3
  shift 3
  step "$name build" build_tests_quietly "$dir" "$suite" "$@"
}

build_tests_quietly() {
  local dir=$1 suite=$2 needed
  shift 2
  configure "$dir" "$@" || return
  mapfile -t needed < <(tools/lib/test_programs "$dir" "$suite")
  [[ ${#needed[@]} -eq 0 ]] || ninja -C "$dir" -j "$jobs" "${needed[@]}"
}

# run_tests NAME DIR ARGUMENT...: runs `meson test` and keeps its reports in $results/NAME.
run_tests() {
  local name=$1 dir=$2 start=$SECONDS ended=0
  shift 2
  local out
  out=$(mkdir -p "$results/$name" && cd "$results/$name" && pwd)
  rm -f "$dir"/*.xml "$dir/meson-logs/testlog.json"
  GTEST_OUTPUT="xml:$out/" meson test -C "$dir" --no-rebuild --print-errorlogs "$@" \
    >"$results/$name.log" 2>&1 || ended=$?
  # Tests that are declared as `protocol: 'gtest'` leave their reports in the build directory.
  find "$dir" -maxdepth 1 -name '*.xml' -exec mv {} "$out/" \;
  cp "$dir/meson-logs/testlog.json" "$out/" 2>/dev/null ||
    { grep -q '^No .*tests defined' "$results/$name.log" && rm -r "$out"; } || true
  if [[ $ended -eq 0 ]]; then
    printf '== %s: ok, %d s\n' "$name" $((SECONDS - start))
  else
    printf '== %s: FAILED, %d s\n' "$name" $((SECONDS - start))
    tail -n 200 "$results/$name.log"
  fi
  return $ended
}
