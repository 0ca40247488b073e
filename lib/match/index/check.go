package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// What is wrong with postings.
var (
	errCut    = errors.New("they are cut off, or a number is too large")
	errOrder  = errors.New("they are out of order, or of no document")
	errBounds = errors.New("a block's bounds are wrong")
	errSpare  = errors.New("octets are left")
)

// checker reads packed postings that nobody vouches for.
type checker struct {
	data []byte
	err  error
}

func (c *checker) number() uint32 {
	v, n := binary.Uvarint(c.data)
	if n <= 0 || v > math.MaxUint32 {
		c.err = errCut
		return 0
	}
	c.data = c.data[n:]
	return uint32(v)
}

// checkPostings reports what pack would not have written, and returns how many there are.
func checkPostings(packed []byte, lengths []uint32) (int, error) {
	c := &checker{data: packed}
	count := int(c.number())
	if c.err != nil || count == 0 || count > len(lengths) {
		return 0, fmt.Errorf("%d of %d documents: %w", count, len(lengths), errOrder)
	}
	last := int64(-1)
	if count <= blockSize {
		c.block(count, &last, 0, lengths)
	} else {
		c.blocks(count, &last, lengths)
	}
	if c.err == nil && len(c.data) > 0 {
		c.err = errSpare
	}
	return count, c.err
}

func (c *checker) blocks(count int, last *int64, lengths []uint32) {
	most, least := c.number(), c.number()
	base := uint32(0)
	for left := count; left > 0 && c.err == nil; left -= blockSize {
		end := base + c.number()
		size := int(c.number())
		blockMost, blockLeast := c.number(), c.number()
		if c.err != nil || size > len(c.data) {
			c.err = errCut
			return
		}
		after := c.data[size:]
		c.data = c.data[:size]
		m, l := c.block(min(blockSize, left), last, base, lengths)
		if c.err == nil && (len(c.data) > 0 || int64(end) != *last || m != blockMost || l != blockLeast || m > most || l < least) {
			c.err = errBounds
		}
		c.data, base = after, end
	}
}

func (c *checker) block(n int, last *int64, base uint32, lengths []uint32) (most, least uint32) {
	least = math.MaxUint32
	at := int64(base)
	for range n {
		at += int64(c.number())
		weight := c.number()
		if c.err != nil {
			return 0, 0
		}
		if at <= *last || at >= int64(len(lengths)) || weight == 0 {
			c.err = errOrder
			return 0, 0
		}
		*last = at
		most, least = max(most, weight), min(least, lengths[at])
	}
	return most, least
}
