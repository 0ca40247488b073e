package vulnlist

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// head is how much of a file is looked at to tell how it is written.
const head = 64 << 10

var declared = regexp.MustCompile(`^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']`)

// UTF8 gives a text as UTF-8 without a mark at its beginning: it is UTF-8, or GB 18030 where
// its first 64 KiB are no UTF-8.
func UTF8(r io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(r, head)
	text, err := beginning(in)
	if err != nil {
		return nil, err
	}
	if valid(text) {
		return in, nil
	}
	return simplifiedchinese.GB18030.NewDecoder().Reader(in), nil
}

// beginning takes the mark off a text, and gives what it begins with.
func beginning(in *bufio.Reader) ([]byte, error) {
	text, _ := in.Peek(head) // fewer where the file is shorter; what fails fails again on reading
	switch {
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3) // they are in the buffer
		text = text[3:]
	case bytes.HasPrefix(text, []byte("\xff\xfe")), bytes.HasPrefix(text, []byte("\xfe\xff")):
		return nil, &Error{Fault: OtherWrite, Line: 1, Text: "UTF-16"}
	}
	return text, nil
}

// valid tells whether what a text begins with is UTF-8; a character may be cut at its end.
func valid(text []byte) bool {
	for range utf8.UTFMax - 1 {
		if n := len(text); n > 0 && n >= head-4 {
			if r, size := utf8.DecodeLastRune(text); r == utf8.RuneError && size == 1 {
				text = text[:n-1]
			}
		}
	}
	return utf8.Valid(text)
}

// open tells how a list is written, and gives it mended.
func open(r io.Reader) (*mender, error) {
	in := bufio.NewReaderSize(r, head)
	text, err := beginning(in)
	if err != nil {
		return nil, err
	}
	says := ""
	if m := declared.FindSubmatch(text); m != nil {
		says = strings.ToLower(string(m[1]))
	}
	switch says {
	case "gb18030", "gbk", "gb2312", "gb_2312-80", "cp936":
	case "", "utf-8", "utf8":
		if says != "" || valid(text) {
			return newMender(in, false), nil
		}
	default:
		return nil, &Error{Fault: OtherWrite, Line: 1, Text: says}
	}
	return newMender(bufio.NewReaderSize(simplifiedchinese.GB18030.NewDecoder().Reader(in), head), true), nil
}
