package pdu

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

func printable(b []byte) string {
	b = bytes.Trim(b, "\x00 \t\r\n\xff")
	if utf8.Valid(b) {
		return strings.Map(func(r rune) rune {
			if unicode.IsPrint(r) {
				return r
			}
			return '.'
		}, string(b))
	}
	out := make([]byte, len(b))
	for i, c := range b {
		out[i] = '.'
		if c >= 0x20 && c < 0x7f {
			out[i] = c
		}
	}
	return string(out)
}
