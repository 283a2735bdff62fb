# CMake generated Testfile for 
# Source directory: /tmp/pstat/w2/tests/fuzz
# Build directory: /tmp/pstat/w2/b/tests/fuzz
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
add_test([=[fuzz.replay_pstat]=] "/tmp/pstat/w2/b/tests/fuzz/replay_pstat" "/tmp/pstat/w2/tests/data/pstat" "/tmp/pstat/w2/tests/fuzz/corpus/pstat")
set_tests_properties([=[fuzz.replay_pstat]=] PROPERTIES  TIMEOUT "120" _BACKTRACE_TRIPLES "/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;10;add_test;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;22;pp_add_fuzz;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;0;")
add_test([=[fuzz.replay_folded]=] "/tmp/pstat/w2/b/tests/fuzz/replay_folded" "/tmp/pstat/w2/tests/data/folded" "/tmp/pstat/w2/tests/fuzz/corpus/folded")
set_tests_properties([=[fuzz.replay_folded]=] PROPERTIES  TIMEOUT "120" _BACKTRACE_TRIPLES "/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;10;add_test;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;22;pp_add_fuzz;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;0;")
add_test([=[fuzz.replay_raw]=] "/tmp/pstat/w2/b/tests/fuzz/replay_raw" "/tmp/pstat/w2/tests/data/raw" "/tmp/pstat/w2/tests/fuzz/corpus/raw")
set_tests_properties([=[fuzz.replay_raw]=] PROPERTIES  TIMEOUT "120" _BACKTRACE_TRIPLES "/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;10;add_test;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;22;pp_add_fuzz;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;0;")
add_test([=[fuzz.replay_svg]=] "/tmp/pstat/w2/b/tests/fuzz/replay_svg" "/tmp/pstat/w2/tests/data/svg" "/tmp/pstat/w2/tests/fuzz/corpus/svg")
set_tests_properties([=[fuzz.replay_svg]=] PROPERTIES  TIMEOUT "120" _BACKTRACE_TRIPLES "/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;10;add_test;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;22;pp_add_fuzz;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;0;")
add_test([=[fuzz.replay_options]=] "/tmp/pstat/w2/b/tests/fuzz/replay_options" "/tmp/pstat/w2/tests/fuzz/corpus/options")
set_tests_properties([=[fuzz.replay_options]=] PROPERTIES  TIMEOUT "120" _BACKTRACE_TRIPLES "/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;10;add_test;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;25;pp_add_fuzz;/tmp/pstat/w2/tests/fuzz/CMakeLists.txt;0;")
