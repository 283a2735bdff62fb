#!/usr/bin/env python3
"""Makes the samples of this folder: make.py [FOLDER]. Each is one variant of docs/formats/folded.md."""
import os
import sys

FOLDER = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
PLAIN = "main;load;json.loads 120\nmain;load;open 30\nmain;render 200\nmain;render;escape 45\n"
MOST = 2**63 - 1


def write(name, data):
    with open(os.path.join(FOLDER, name), "wb") as out:
        out.write(data if isinstance(data, bytes) else data.encode())


good = {
    "simple": PLAIN,
    "unsorted": "b;c 1\na 2\nb;c 3\na;d 4\nb 5\n",
    "spaces": "worker thread 7;std::map<int, long>::find(int const&) 12\nworker thread 7;operator new(unsigned long) 3\n",
    "space_orders": "a 2\na b 3\na b;c 4\na;b 1\n",
    "crlf": PLAIN.replace("\n", "\r\n"),
    "utf8_bom": b"\xef\xbb\xbf" + PLAIN.encode(),
    "utf16_little": "\ufeff".encode("utf-16-le") + "main;gr\u00fc\u00dfe;\U0001f525 7\r\nmain 2\r\n".encode("utf-16-le"),
    "utf16_big": "\ufeff".encode("utf-16-be") + "main;gr\u00fc\u00dfe;\U0001f525 7\nmain 2\n".encode("utf-16-be"),
    "comments": "# made by hand\n#\n" + PLAIN + "# the end\n#not_a_comment;x 1\n",
    "blank_lines": "\n\n" + PLAIN.replace("\n", "\n\n") + "  \n",
    "no_final_newline": PLAIN[:-1],
    "tabs": PLAIN.replace(" ", "\t"),
    "wide_gap": PLAIN.replace(" ", "    "),
    "trailing_space": PLAIN.replace("\n", "  \n"),
    "floats": "a;b 0.25\na;c 14.234398324\na 31\n",
    "float_forms": "a 5.\nb .5\nc 0.10\n",
    "exponents": "a;b 1e3\na;c 2.5E-3\na 1.5e+2\n",
    "many_decimals": "a 0.12345678901234567\n",
    "large_counts": "a;b %d\na;c 9007199254740993\n" % (MOST - 9007199254740993),
    "two_columns": "main;load 120 80\nmain;render 0 40\nmain;old 7 0\n",
    "two_columns_float": "main;load 1.5 2\nmain;render 0 0.25\n",
    "numbers_in_names": "stage 1;step 2 40\nstage 1;done 3\n",
    "bad_lines": "main;load 120\nno count here\nmain;render -5\nmain;x 3-4\nmain 1\n12\nmain;y 0x10\n" + PLAIN,
    "root": " 5\nmain 3\n",
    "empty_frames": ";a 3\na; 4\na;;b 1\n;; 2\n",
    "recursion": "f;f;f;g;f 3\nf;g;f 2\nf 1\n",
    "places": "<module> (app.py:1);load (lib/json.py:20) 4\n<module> (app.py:1);load (lib/json.py:25) 2\nbuilt-in 1\n",
    "odd_places": "a (b (c):3) 1\nf (C:/Program Files (x86)/m.py:12) 2\ng (x:007) 3\nh (:3) 4\ni (~:0) 5\nj (k.js:3:7) 6\n"
                  "k (l)m:3) 7\nl (m.py) 8\n(n:3) 9\no(p.c:3) 10\np (q.py:0) 11\nq (r.py:99999999999) 12\n",
    "suffixes": "java;Foo::bar_[j];read_[k] 3\njava;inl_[i] 2\nwaker_[w];--;swapper_[k] 1\n",
    "deep": ";".join("f%d" % (i % 7) for i in range(20000)) + " 1\n" + ";".join("f%d" % (i % 7) for i in range(19000)) + ";g 2\n",
    "zero_counts": "a;b 0\na;c 1\n",
    "nul": b"a\x00b;c 3\n\x00 2\n",
    "not_utf8": b"caf\xe9;\xff\xfe\xfd 3\n\xed\xa0\x80 2\n",
    "controls": b"a\x1b[31m;b\x07 3\n",
    "header_time": "# profpipe: metric=wall unit=us\na;b 1500\na 2\n",
    "header_seconds": "# profpipe: metric=cpu unit=s\na;b 0.0015\na 2\n",
    "header_bytes": "# profpipe: metric=bytes unit=bytes\na;b 4096\n",
    "header_metric": "# profpipe: metric=cycles\na;b 4096\n",
    "header_definition": "# profpipe: metric=wall unit=us lines=definition\nmain (app.py:10);len 3\nmain (app.py:10) 4\n",
    "header_estimated": "# profpipe: metric=wall unit=us estimated=yes\na;b 3\na;c 4\n",
    "header_producer": "# profpipe: metric=samples producer=py-spy/0.4.0\na;b 3\n",
    "header_unknown": "# profpipe: colour=blue metric=samples ==\na;b 3\n",
    "header_two_columns": "# profpipe: unit=us\nmain;load 120 80\nmain;render 0 40\n",
    "header_empty": "# profpipe: metric=samples unit=count\n",
    "wide_root": "".join("main;handler_%03d;work 1\n" % i for i in range(300)),
}
for name, data in good.items():
    write("pass_%s.folded" % name, data)

bad = {
    "no_counts": ("main;load\nmain;render\n", 'expected "frame;frame COUNT", found no line with a count'),
    "only_comments": ("# nothing\n\n# here\n", "found no line with a count"),
    "empty": ("", "found no line with a count"),
    "sum_past_64_bits": ("a;b %d\na;b 1\n" % MOST, "past 64 bits"),
    "count_past_64_bits": ("a;b 3\na;b %d\n" % (MOST + 1), "expected a count that fits 64 bits"),
    "count_of_many_digits": ("a;b " + "9" * 400 + "\n", "expected a count that fits 64 bits"),
    "exponent_past_64_bits": ("a;b 1e300\n", "expected a count that fits 64 bits"),
    "decimals_past_64_bits": ("a;b %d\na;b 0.5\n" % MOST, "past 64 bits"),
    "unit_past_64_bits": ("# profpipe: unit=s\na;b 99999999999\n", "expected a count that fits 64 bits"),
}
for name, (data, error) in bad.items():
    write("fail_%s.folded" % name, data)
    write("fail_%s.folded.error" % name, error + "\n")
