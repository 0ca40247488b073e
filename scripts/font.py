#!/usr/bin/env python3
# Makes kernel/paper/font/linghang-kai.ttf.gz from LXGWWenKai-Regular.ttf (Debian: fonts-lxgw-wenkai 1.250):
#   scripts/font.py LXGWWenKai-Regular.ttf kernel/paper/font/linghang-kai.ttf.gz
# Needs fontTools (Debian: python3-fonttools). The result is committed; nothing runs this by itself.
import gzip
import sys

from fontTools import subset

chars = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100))
for high in range(0xA1, 0xF8):
    for low in range(0xA1, 0xFF):
        try:
            chars.add(ord(bytes([high, low]).decode("gb2312")))
        except UnicodeDecodeError:
            pass
chars |= set(map(ord, "–—‘’“”…•−×÷≈≤≥±→←↑↓▲▼●○■□€·‰㎡℃、。《》【】（）！？：；，％＋－＝"))

options = subset.Options()
options.layout_features, options.hinting, options.glyph_names, options.legacy_kern = [], False, False, False
options.name_IDs, options.notdef_outline = ["*"], True
options.drop_tables += ["GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "VORG", "DSIG", "STAT", "gasp"]
font = subset.load_font(sys.argv[1], options)
subsetter = subset.Subsetter(options)
subsetter.populate(unicodes=chars)
subsetter.subset(font)
# The names "霞鹜" and "LXGW" are reserved to the unmodified font.
names = {1: "Linghang Kai", 2: "Regular", 3: "LinghangKai-Regular;subset", 4: "Linghang Kai Regular", 6: "LinghangKai-Regular"}
table = font["name"]
for record in table.names:
    record.string = names.get(record.nameID, record.string)
table.names = [r for r in table.names if r.nameID in (0, 1, 2, 3, 4, 5, 6, 13, 14) and r.platformID == 3 and r.langID == 0x409]
font.save(sys.argv[2].removesuffix(".gz"))
with open(sys.argv[2].removesuffix(".gz"), "rb") as plain, gzip.GzipFile(sys.argv[2], "wb", 9, mtime=0) as packed:
    packed.write(plain.read())
