package files

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"linghang/kernel/fault"
)

// maxPixels bounds a picture: more is a bomb for whoever shows it.
const maxPixels = 100_000_000

// checkImage walks through the picture to its end, where the file ends too, and
// looks for what a browser would run.
func (c content) checkImage(end func(*bufio.Reader) (after int64, err error)) error {
	word, err := c.scan("<script", "<html", "<?php", "<svg", "%pdf-")
	switch {
	case err != nil:
		return err
	case word == "%pdf-":
		return both(beginning(c.head), "pdf")
	case word != "":
		return both(beginning(c.head), "html")
	case endOfZip(c.tail) >= 0:
		return both(beginning(c.head), "zip")
	}
	name := beginning(c.head)
	after, err := end(bufio.NewReaderSize(io.NewSectionReader(c, 0, c.size), 64<<10))
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged(name)
	}
	if err != nil {
		return err
	}
	if after >= c.size {
		return nil
	}
	rest, err := c.piece(after, headSize)
	if err != nil {
		return err
	}
	// Telephones append a second picture, or a block of their own, to a JPEG.
	if other := beginning(rest); name != "jpeg" || other != "jpeg" && other != "" {
		if other == "" {
			other = "something else"
		}
		return both(name, other)
	}
	return nil
}

func tooManyPixels(width, height int64) error {
	if width <= 0 || height <= 0 || width > maxPixels || height > maxPixels || width*height > maxPixels {
		return fault.New(fault.Invalid, "files.pixels", "a picture of %d × %d points is more than %d", width, height, maxPixels).
			With("limit", maxPixels).At("body", "make the picture smaller")
	}
	return nil
}

func skip(r *bufio.Reader, n int64) error {
	_, err := io.CopyN(io.Discard, r, n)
	return err
}

// endOfPNG walks the chunks to IEND.
func (c content) endOfPNG(r *bufio.Reader) (int64, error) {
	at := int64(8)
	if err := skip(r, 8); err != nil {
		return 0, err
	}
	for {
		var head [8]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, err
		}
		length, name := int64(binary.BigEndian.Uint32(head[:])), string(head[4:])
		if name == "IHDR" {
			size, err := r.Peek(8)
			if err != nil {
				return 0, err
			}
			if err := tooManyPixels(int64(binary.BigEndian.Uint32(size)), int64(binary.BigEndian.Uint32(size[4:]))); err != nil {
				return 0, err
			}
		} else if at == 8 {
			return 0, damaged("png")
		}
		if err := skip(r, length+4); err != nil {
			return 0, err
		}
		if at += 12 + length; name == "IEND" {
			return at, nil
		}
	}
}

// endOfJPEG walks the segments and scans to the end marker.
func (c content) endOfJPEG(r *bufio.Reader) (int64, error) {
	at := int64(2)
	if err := skip(r, 2); err != nil {
		return 0, err
	}
	for scanning := false; ; {
		b, read, err := nextMarker(r, scanning)
		if err != nil {
			return 0, err
		}
		at += read
		switch {
		case b == 0xd9:
			return at, nil
		case b == 0 || b == 1 || b >= 0xd0 && b <= 0xd8:
			continue // a byte of the scan, or a marker without a segment
		}
		length, err := skipSegment(r, b)
		if err != nil {
			return 0, err
		}
		at += length
		scanning = b == 0xda
	}
}

// skipSegment reads past a segment, and looks at the size of the picture in a frame's.
func skipSegment(r *bufio.Reader, marker byte) (length int64, err error) {
	head, err := r.Peek(7)
	if err != nil {
		return 0, err
	}
	length = int64(binary.BigEndian.Uint16(head))
	if length < 2 {
		return 0, damaged("jpeg")
	}
	frame := marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
	if frame {
		err = tooManyPixels(int64(binary.BigEndian.Uint16(head[5:])), int64(binary.BigEndian.Uint16(head[3:])))
	}
	if err != nil {
		return 0, err
	}
	return length, skip(r, length)
}

// nextMarker reads up to the marker that comes next, and counts the bytes; only
// a scan has bytes before it.
func nextMarker(r *bufio.Reader, scanning bool) (marker byte, read int64, err error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, 0, err
		}
		read++
		if b == 0xff {
			break
		}
		if !scanning {
			return 0, 0, damaged("jpeg")
		}
	}
	for {
		b, err := r.ReadByte()
		if err != nil {
			return 0, 0, err
		}
		read++
		if b != 0xff {
			return b, read, nil
		}
	}
}

// endOfWebP reads the length that the container gives.
func (c content) endOfWebP(r *bufio.Reader) (int64, error) {
	head, err := r.Peek(30)
	if err != nil {
		return 0, err
	}
	length := int64(binary.LittleEndian.Uint32(head[4:])) + 8
	if length > c.size {
		return 0, damaged("webp")
	}
	switch string(head[12:16]) {
	case "VP8X":
		three := func(b []byte) int64 { return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 }
		err = tooManyPixels(three(head[24:])+1, three(head[27:])+1)
	case "VP8 ", "VP8L": // at most 16,384 by 16,384, by their format
	default:
		err = damaged("webp")
	}
	return length + length%2, err
}
