// Package frame puts a body into a file so that damage is noticed: magic of 8 octets,
// octets of the body in 8, the body, CRC-32C of all before in 4; little-endian.
package frame

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// ErrFrame reports a file that is cut off, damaged, or none of ours.
var ErrFrame = errors.New("the frame is damaged")

const (
	magicSize = 8
	headSize  = magicSize + 8
	sumSize   = 4
	// maxBody bounds what a file may tell of its size.
	maxBody = 8 << 30
)

// Write writes a body behind its magic, which has 8 octets, and returns how many octets
// that were.
func Write(w io.Writer, magic string, body []byte) (int64, error) {
	head := binary.LittleEndian.AppendUint64([]byte(magic), uint64(len(body)))
	table := crc32.MakeTable(crc32.Castagnoli)
	sum := crc32.Update(crc32.Checksum(head, table), table, body)
	written := int64(0)
	for _, piece := range [][]byte{head, body, binary.LittleEndian.AppendUint32(nil, sum)} {
		n, err := w.Write(piece)
		written += int64(n)
		if err != nil {
			return written, fmt.Errorf("write a frame: %w", err)
		}
	}
	return written, nil
}

// Read reads a body. It reports ErrFrame. Memory grows with what is there, not with what
// the head tells.
func Read(r io.Reader, magic string) ([]byte, error) {
	head := make([]byte, headSize)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("%w: read its head: %w", ErrFrame, err)
	}
	size := binary.LittleEndian.Uint64(head[magicSize:])
	if string(head[:magicSize]) != magic || size > maxBody {
		return nil, fmt.Errorf("%w: it does not begin with %s, or tells of %d octets", ErrFrame, magic, size)
	}
	var rest bytes.Buffer
	n, err := io.Copy(&rest, io.LimitReader(r, int64(size)+sumSize+1))
	if err != nil {
		return nil, fmt.Errorf("%w: read its body: %w", ErrFrame, err)
	}
	if uint64(n) != size+sumSize { //nolint:gosec // not negative
		return nil, fmt.Errorf("%w: %d octets follow its head, not %d", ErrFrame, n, size+sumSize)
	}
	data := rest.Bytes()
	table := crc32.MakeTable(crc32.Castagnoli)
	if crc32.Update(crc32.Checksum(head, table), table, data[:size]) != binary.LittleEndian.Uint32(data[size:]) {
		return nil, fmt.Errorf("%w: the checksum is another", ErrFrame)
	}
	return data[:size:size], nil
}
