"""The whole system is broken under load, and then the oracle is asked: `ops verify`, exact reports.

    number, and how it is broken                        test here
    2  kill -9 between commit, send, ack and apply      test_02_killed, test_at_random
    3  gaps in acknowledgements                         test_bus_fails
    4  the broker is away, or comes back elsewhere      test_bus_away
    5  produce errors 6, 7, 19, 45, 59                  test_bus_fails
    6  members join and leave, commits fail             test_bus_away, test_bus_fails
    7  everything again, from the beginning             test_bus_away
    8  a transaction left open for 30 s                 test_database
    9  one Idempotency-Key 100 times at once            test_requests
    10 a poisoned message                               test_messages
    11 a slow consumer                                  test_messages
    12 PostgreSQL restarted under load                  test_database
    14 two relays that believe they lead                test_two_at_once
    15 clocks that jump, two replicas that sweep        test_clocks, test_two_at_once
    16 offsets lost, a topic made anew                  test_bus_away
    17 SIGTERM under load                               test_requests
    18 old and new versions side by side                test_messages

The same is proven elsewhere, closer to the code:

- 1, and with it 2, 3, 6, 7 and 14 in one process and against the model: tests/simulation
- 2 kill -9 of everything, PostgreSQL too: tests/acceptance/test_killed; of single processes:
  tests/acceptance/test_processes; that failpoints strike: shared/tests/test_failpoints
- 3, 6, 7 and 10 of a service's mechanism alone: shared/tests/test_flow and test_bus, on every bus
- 4 a bus that speaks to a broker again, wherever it is now, a member that leaves meanwhile:
  shared/tests/test_kafka; what is accepted meanwhile: tests/test_backlog
- 8 a row that commits late is not skipped: shared/tests/test_flow
- 9 repetitions within one service: services/inspection-svc/tests/test_together
- 11 acceptance that outruns hearing: tests/test_backlog
- 15 every day once and in order: shared/tests/test_clock; the rules on those days: tests/model
- 16 each way to lose a place, on each bus: shared/tests/test_bus_lost; halting for all to see:
  tests/acceptance/test_processes
- 18 tables that change under prepared statements: shared/tests/test_flow

`make test` runs the quick ones; `make test-faults` those that are marked, two
files at a time: they wait more than they work.
"""
