package index

import (
	"bytes"

	"linghang/lib/match/internal/frame"
)

// Framed puts a body into the frame of a file whose checksum is right.
func Framed(body []byte) []byte {
	var out bytes.Buffer
	_, _ = frame.Write(&out, magic, body)
	return out.Bytes()
}

// Body takes a file out of its frame.
func Body(file []byte) []byte {
	body, _ := frame.Read(bytes.NewReader(file), magic)
	return body
}
