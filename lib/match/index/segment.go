package index

import (
	"encoding/binary"
	"math"
	"slices"
	"sort"
	"strings"
)

// segment is a part of the index. It does not change.
type segment struct {
	ids     []string
	lengths []uint32 // weighted terms of each document
	texts   []string // of each document, its fields one after the other
	dict    dictionary
	counts  []uint32 // of each term, the documents that hold it
	columns []column // as in the schema
}

// dictionary is terms in order with their postings.
type dictionary struct {
	terms  string
	ends   []uint32 // where each term ends
	starts []uint32 // where its postings begin
	packed []byte
}

// column has the values of a segment's documents: numbers, or words.
type column struct {
	numbers []float64 // NaN is none
	words   []string  // in order
	starts  []uint32  // of each document, and the end: where its values begin
	values  []uint32
}

func (d *dictionary) len() int { return len(d.ends) }

func (d *dictionary) term(i int) string {
	from := uint32(0)
	if i > 0 {
		from = d.ends[i-1]
	}
	return d.terms[from:d.ends[i]]
}

// find returns the number of a term.
func (d *dictionary) find(term string) (int, bool) {
	return sort.Find(d.len(), func(i int) int { return strings.Compare(term, d.term(i)) })
}

// postings returns the packed postings of a term.
func (d *dictionary) postings(i int) []byte {
	end := len(d.packed)
	if i+1 < len(d.starts) {
		end = int(d.starts[i+1])
	}
	return d.packed[d.starts[i]:end]
}

func (d *dictionary) add(term string, list []posting, lengths []uint32, text *strings.Builder) {
	text.WriteString(term)
	d.ends = append(d.ends, uint32(text.Len()))        //nolint:gosec // a segment's terms stay below 4 GiB
	d.starts = append(d.starts, uint32(len(d.packed))) //nolint:gosec // as do its postings
	d.packed = pack(d.packed, list, lengths)
}

// posting is that a document holds a term, with the weight of all its places.
type posting struct{ doc, weight uint32 }

const blockSize = 128

// pack appends postings: how many, and if they are more than a block the most of a weight
// and the least of a length; then blocks, and if there is more than one before each the
// document that it ends with, its octets, and its own most and least. All are varints.
func pack(to []byte, list []posting, lengths []uint32) []byte {
	to = binary.AppendUvarint(to, uint64(len(list)))
	if len(list) <= blockSize {
		return packBlock(to, list, 0)
	}
	most, least := bounds(list, lengths)
	to = binary.AppendUvarint(binary.AppendUvarint(to, uint64(most)), uint64(least))
	last := uint32(0)
	var block []byte
	for part := range slices.Chunk(list, blockSize) {
		most, least := bounds(part, lengths)
		end := part[len(part)-1].doc
		block = packBlock(block[:0], part, last)
		to = binary.AppendUvarint(to, uint64(end-last))
		to = binary.AppendUvarint(to, uint64(len(block)))
		to = binary.AppendUvarint(binary.AppendUvarint(to, uint64(most)), uint64(least))
		to = append(to, block...)
		last = end
	}
	return to
}

func packBlock(to []byte, list []posting, last uint32) []byte {
	for _, p := range list {
		to = binary.AppendUvarint(binary.AppendUvarint(to, uint64(p.doc-last)), uint64(p.weight))
		last = p.doc
	}
	return to
}

func bounds(list []posting, lengths []uint32) (most, least uint32) {
	least = math.MaxUint32
	for _, p := range list {
		most, least = max(most, p.weight), min(least, lengths[p.doc])
	}
	return most, least
}

// uvarint reads a varint that pack wrote.
func uvarint(from []byte, at *int) uint32 {
	if c := from[*at]; c < 0x80 {
		*at++
		return uint32(c)
	}
	v, n := binary.Uvarint(from[*at:])
	*at += n
	return uint32(v) //nolint:gosec // pack writes 32 bits, and the reader of files checks
}

// cursor walks through the postings of a term, forward.
type cursor struct {
	packed []byte
	at     int // behind the block
	left   int // postings behind the block
	blocks bool
	end    uint32 // the document that the block ends with
	opened bool   // the block is unpacked
	body   []byte // of the block
	from   uint32 // the document before the block

	docs    [blockSize]uint32
	weights [blockSize]uint32
	n, i    int

	most, least           uint32 // of all postings
	blockMost, blockLeast uint32
}

const noDoc = math.MaxUint32

// open puts the cursor on the first posting.
func (c *cursor) open(packed []byte, lengths []uint32) {
	c.packed, c.at = packed, 0
	c.left = int(uvarint(packed, &c.at))
	c.n, c.i, c.from, c.end, c.opened = 0, 0, 0, 0, false
	c.blocks = c.left > blockSize
	if c.blocks {
		c.most, c.least = uvarint(packed, &c.at), uvarint(packed, &c.at)
		c.nextBlock()
		c.unpack()
		return
	}
	c.n, c.body, c.at = c.left, packed[c.at:], len(packed)
	c.left = 0
	c.unpack()
	c.most, c.least = 0, math.MaxUint32
	for i := range c.n {
		c.most, c.least = max(c.most, c.weights[i]), min(c.least, lengths[c.docs[i]])
	}
	c.blockMost, c.blockLeast = c.most, c.least
	c.end = c.docs[c.n-1]
}

// nextBlock reads the head of the next block; false at the end.
func (c *cursor) nextBlock() bool {
	c.i, c.n, c.opened = 0, 0, false
	if c.left == 0 {
		c.end = noDoc
		return false
	}
	c.from = c.end
	c.end += uvarint(c.packed, &c.at)
	size := int(uvarint(c.packed, &c.at))
	c.blockMost, c.blockLeast = uvarint(c.packed, &c.at), uvarint(c.packed, &c.at)
	c.body = c.packed[c.at : c.at+size]
	c.at += size
	c.n = min(blockSize, c.left)
	c.left -= c.n
	return true
}

func (c *cursor) unpack() {
	at, last := 0, c.from
	for i := range c.n {
		last += uvarint(c.body, &at)
		c.docs[i], c.weights[i] = last, uvarint(c.body, &at)
	}
	c.opened = true
}

// doc returns where the cursor stands, noDoc behind the end.
func (c *cursor) doc() uint32 {
	if c.i >= c.n {
		return noDoc
	}
	return c.docs[c.i]
}

// next goes one posting on.
func (c *cursor) next() {
	if c.i++; c.i < c.n {
		return
	}
	if c.nextBlock() {
		c.unpack()
	}
}

// shallow goes to the block that would hold a document, without unpacking it; false if
// there is none.
func (c *cursor) shallow(doc uint32) bool {
	for c.end < doc || c.end == noDoc {
		if c.end == noDoc || !c.nextBlock() {
			return false
		}
	}
	return true
}

// seek goes to the first posting at a document or behind it.
func (c *cursor) seek(doc uint32) {
	if c.opened && c.doc() >= doc {
		return
	}
	if !c.shallow(doc) {
		c.n = 0
		return
	}
	if !c.opened {
		c.unpack()
	}
	for c.docs[c.i] < doc { // the block ends at doc or behind it
		c.i++
	}
}
