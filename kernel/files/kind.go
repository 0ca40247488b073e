package files

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
)

// kind is a format, told by its content.
type kind struct {
	name    string
	media   string
	ending  string // of file names
	archive bool   // holds other files
	zip     bool   // is a ZIP archive
}

// taken lists the kinds that are taken: documents, tables, pictures, archives
// of them. Nothing that a browser or a desktop would run.
func taken() []kind {
	const office = "application/vnd.openxmlformats-officedocument."
	return []kind{
		{name: "pdf", media: "application/pdf", ending: ".pdf"},
		{name: "png", media: "image/png", ending: ".png"},
		{name: "jpeg", media: "image/jpeg", ending: ".jpg .jpeg"},
		{name: "webp", media: "image/webp", ending: ".webp"},
		{name: "docx", media: office + "wordprocessingml.document", ending: ".docx", archive: true, zip: true},
		{name: "xlsx", media: office + "spreadsheetml.sheet", ending: ".xlsx", archive: true, zip: true},
		{name: "pptx", media: office + "presentationml.presentation", ending: ".pptx", archive: true, zip: true},
		{name: "ofd", media: "application/ofd", ending: ".ofd", archive: true, zip: true},
		{name: "zip", media: "application/zip", ending: ".zip", archive: true, zip: true},
		{name: "csv", media: "text/csv", ending: ".csv"},
		{name: "text", media: "text/plain", ending: ".txt .md .log"},
	}
}

func kindNamed(name string) *kind {
	for _, k := range taken() {
		if k.name == name {
			return &k
		}
	}
	return nil
}

// sign is how a format begins.
type sign struct {
	at    int
	bytes string
	kind  string
}

// signs are the beginnings of formats, taken or not: a refusal names what the
// file is. The first that fits wins.
func signs() []sign {
	return []sign{
		{0, "%PDF-", "pdf"},
		{0, "\x89PNG\r\n\x1a\n", "png"},
		{0, "\xff\xd8\xff", "jpeg"},
		{8, "WEBP", "webp"},
		{0, "PK\x03\x04", "zip"},
		{0, "PK\x05\x06", "zip"},
		{0, "GIF8", "gif"},
		{0, "\x7fELF", "program (ELF)"},
		{0, "MZ", "program (Windows)"},
		{0, "\xfe\xed\xfa\xce", "program (Mach-O)"},
		{0, "\xfe\xed\xfa\xcf", "program (Mach-O)"},
		{0, "\xcf\xfa\xed\xfe", "program (Mach-O)"},
		{0, "\xca\xfe\xba\xbe", "program (Java)"},
		{0, "\x00asm", "program (WebAssembly)"},
		{0, "#!", "script"},
		{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "legacy Office"},
		{0, "{\\rtf", "rtf"},
		{0, "%!PS", "postscript"},
		{0, "7z\xbc\xaf\x27\x1c", "7z"},
		{0, "Rar!\x1a\x07", "rar"},
		{0, "\x1f\x8b", "gzip"},
		{0, "BZh", "bzip2"},
		{0, "\xfd7zXZ\x00", "xz"},
		{0, "\x28\xb5\x2f\xfd", "zstd"},
		{257, "ustar", "tar"},
		{0, "SQLite format 3\x00", "sqlite"},
		{0, "BM", "bmp"},
		{0, "II*\x00", "tiff"},
		{0, "MM\x00*", "tiff"},
		{4, "ftyp", "video"},
		{0, "\x1a\x45\xdf\xa3", "video"},
		{0, "ID3", "audio"},
	}
}

// markup are the beginnings of what a browser would run, in lower case.
func markup() []sign {
	return []sign{
		{0, "<!doctype html", "html"},
		{0, "<html", "html"},
		{0, "<head", "html"},
		{0, "<body", "html"},
		{0, "<script", "html"},
		{0, "<iframe", "html"},
		{0, "<svg", "svg"},
		{0, "<?php", "script"},
		{0, "<?xml", "xml"},
		{0, "<!--", "html"},
	}
}

// beginning names the format that a head of content belongs to; empty for none
// that is known, which may be text.
func beginning(head []byte) string {
	for _, s := range signs() {
		if len(head) >= s.at+len(s.bytes) && string(head[s.at:s.at+len(s.bytes)]) == s.bytes {
			if s.kind == "webp" && !bytes.HasPrefix(head, []byte("RIFF")) {
				continue
			}
			if (s.kind == "bmp" || s.kind == "program (Windows)") && printable(head) {
				continue // two letters are a word too
			}
			return s.kind
		}
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\f"))
	for _, s := range markup() {
		if bytes.HasPrefix(text, []byte(s.bytes)) {
			return s.kind
		}
	}
	return ""
}

// printable reports whether text could look like this: no control characters
// but those that separate lines and columns.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			return false
		}
	}
	return true
}

// declared returns the kinds that a media type or the end of a file name
// stands for; nil when it says nothing.
func declared(media, name string) []string {
	switch media {
	case "", "application/octet-stream", "binary/octet-stream":
		ending := strings.ToLower(path.Ext(name))
		if ending == "" {
			return nil
		}
		for _, k := range taken() {
			if strings.Contains(k.ending+" ", ending+" ") {
				return agreeing(k.name)
			}
		}
		return []string{}
	case "image/jpg":
		return []string{"jpeg"}
	case "application/x-zip-compressed":
		return []string{"zip"}
	case "application/vnd.ms-excel": // what Windows calls a CSV file too
		return []string{"csv", "xlsx"}
	}
	for _, k := range taken() {
		if k.media == media {
			return agreeing(k.name)
		}
	}
	return []string{}
}

// agreeing lists the kinds that may come under the name of one: a CSV file is
// text, and its sender may say no more.
func agreeing(name string) []string {
	if name == "text" {
		return []string{"text", "csv"}
	}
	return []string{name}
}

// endOfZip finds the end record of a ZIP archive in the last bytes of content;
// -1 when there is none.
func endOfZip(tail []byte) int { return bytes.LastIndex(tail, []byte("PK\x05\x06")) }

// zipEnd is the end record of a ZIP archive.
type zipEnd struct {
	entries   int
	size      int64 // of the directory
	directory int64 // where it begins
	comment   int
}

func readZipEnd(b []byte) (zipEnd, bool) {
	if len(b) < 22 {
		return zipEnd{}, false
	}
	le := binary.LittleEndian
	return zipEnd{int(le.Uint16(b[10:])), int64(le.Uint32(b[12:])), int64(le.Uint32(b[16:])), int(le.Uint16(b[20:]))}, true
}
