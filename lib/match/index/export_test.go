package index

import (
	"encoding/binary"
	"hash/crc32"
)

// Framed puts a body into the frame of a file whose checksum is right.
func Framed(body []byte) []byte {
	out := binary.LittleEndian.AppendUint64([]byte(magic), uint64(len(body)))
	out = append(out, body...)
	return binary.LittleEndian.AppendUint32(out, crc32.Checksum(out, crc32.MakeTable(crc32.Castagnoli)))
}

// Body takes a file out of its frame.
func Body(file []byte) []byte { return file[len(magic)+8 : len(file)-4] }
