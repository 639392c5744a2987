# Ends a run's processes and removes its folder, however the run ends: it is a process of its own that reads
# `guard <pid>`, `release <pid>` and `folder <path>` lines from the run, and acts when that pipe closes. A pipe closes on
# a normal stop as well as on Ctrl-C or SIGKILL of the run, so there is one way to clean up. A shell, because many of
# these wait at once: it takes a hundredth of what Node does.

# The run decides when this process ends, not the terminal that both may be attached to.
trap '' INT TERM HUP

pids=' '
folder=
while read -r verb argument; do
  case $verb in
    guard) pids="$pids$argument " ;;
    release)
      case $pids in
        *" $argument "*) pids="${pids%%" $argument "*} ${pids#*" $argument "}" ;;
      esac
      ;;
    folder) folder=$argument ;;
  esac
done

for pid in $pids; do
  kill -s KILL "$pid" 2> /dev/null
done
# What still writes would make its folder anew: for ten seconds at most.
tries=0
for pid in $pids; do
  while kill -s 0 "$pid" 2> /dev/null && [ "$tries" -lt 200 ]; do
    sleep 0.05
    tries=$((tries + 1))
  done
done
[ -z "$folder" ] || rm -rf -- "$folder" || { sleep 1 && rm -rf -- "$folder"; }
