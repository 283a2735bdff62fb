# CMake generated Testfile for 
# Source directory: /tmp/pstat/w2
# Build directory: /tmp/pstat/w2/b
# 
# This file includes the relevant testing commands required for 
# testing this directory and lists subdirectories to be tested as well.
subdirs("base")
subdirs("model")
subdirs("formats")
subdirs("cli")
subdirs("convert")
subdirs("analyze")
subdirs("render")
subdirs("record")
subdirs("tests")
