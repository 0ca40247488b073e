package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// StreamReader reads the records of a stream of transactions, or of a dump, as they
// arrive. What it reads of one record is bounded, and memory grows with what has
// arrived, not with what was announced. What is no record has ErrMalformed or
// ErrHandle in the chain of its error; all else is a fault of the connection.
type StreamReader struct {
	from *bufio.Reader
	room []byte // of the record that is being read
}

const (
	streamBuffer = 64 << 10
	streamGrant  = 64 << 10 // octets that are made room for before they have arrived
	streamKept   = 1 << 20  // room that is kept for the next record
	maxRecord    = MaxMessageNational
)

var (
	errStatus   = fmt.Errorf("%w: the status of the stream is neither 1 nor 2", ErrMalformed)
	errRecord   = fmt.Errorf("%w: a record of the stream has more than %d octets", ErrMalformed, maxRecord)
	errManyFrom = fmt.Errorf("%w: it is a stream of several queues; one was asked for", ErrMalformed)
)

// NewStreamReader returns a reader at the start of a stream.
func NewStreamReader(r io.Reader) *StreamReader {
	return &StreamReader{from: bufio.NewReaderSize(r, streamBuffer)}
}

// Transactions reads the head of a stream of transactions.
func (s *StreamReader) Transactions() (StreamStatus, error) {
	s.begin()
	if err := s.take(8); err != nil {
		return 0, err
	}
	if binary.BigEndian.Uint32(s.room) != streamOneQueue {
		return 0, errManyFrom
	}
	status := StreamStatus(binary.BigEndian.Uint32(s.room[4:]))
	if status != StreamDumpAgain && status != StreamSending {
		return 0, errStatus
	}
	return status, nil
}

// Change reads a transaction. At the end of the stream ok is false, and the change
// has a Date only.
func (s *StreamReader) Change() (v Change, ok bool, err error) {
	s.begin()
	if err := s.change(); err != nil {
		return Change{}, false, err
	}
	v, _, ok, err = DecodeChange(s.room)
	return v, ok, err
}

// change reads the octets of a transaction.
func (s *StreamReader) change() error {
	if err := s.take(1); err != nil {
		return err
	}
	if s.room[0] != changeHandle {
		return s.take(8) // the date of the end; what else it may be is told by decoding
	}
	if err := s.take(8); err != nil {
		return err
	}
	if err := s.octets(); err != nil {
		return err
	}
	if err := s.take(9); err != nil {
		return err
	}
	action := Action(s.room[len(s.room)-9])
	if action != ActionCreate && action != ActionUpdate {
		return nil
	}
	return s.values()
}

// Dump reads the head of a dump.
func (s *StreamReader) Dump() error {
	s.begin()
	if err := s.take(4); err != nil {
		return err
	}
	_, err := DecodeDump(s.room)
	return err
}

// DumpRecord reads a record of a dump; the last is of kind DumpEnd.
func (s *StreamReader) DumpRecord() (DumpRecord, error) {
	s.begin()
	err := s.take(1)
	if err != nil {
		return DumpRecord{}, err
	}
	switch DumpKind(s.room[0]) {
	case DumpSource:
		err = s.take(16)
	case DumpHandle:
		if err = s.octets(); err == nil {
			err = s.values()
		}
	case DumpHomed:
		err = s.octets()
	default:
	}
	if err != nil {
		return DumpRecord{}, err
	}
	r, _, err := DecodeDumpRecord(s.room)
	return r, err
}

// begin makes room for the next record.
func (s *StreamReader) begin() {
	if cap(s.room) > streamKept {
		s.room = nil
	}
	s.room = s.room[:0]
}

// take reads n octets behind those of the record that are here.
func (s *StreamReader) take(n int) error {
	if len(s.room)+n > maxRecord {
		return errRecord
	}
	for n > 0 {
		step := min(n, streamGrant)
		at := len(s.room)
		s.room = append(s.room, make([]byte, step)...)
		if _, err := io.ReadFull(s.from, s.room[at:]); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF // a stream has an end of its own
			}
			return fmt.Errorf("read the stream: %w", err)
		}
		n -= step
	}
	return nil
}

// uint32 reads four octets.
func (s *StreamReader) uint32() (uint32, error) {
	if err := s.take(4); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(s.room[len(s.room)-4:]), nil
}

// octets reads a length and as many octets.
func (s *StreamReader) octets() error {
	n, err := s.uint32()
	if err != nil {
		return err
	}
	if n > MaxArray {
		return errLong
	}
	return s.take(int(n))
}

// values reads a count and as many values.
func (s *StreamReader) values() error {
	n, err := s.uint32()
	if err != nil {
		return err
	}
	if n > MaxValues {
		return errCount
	}
	for range n {
		if err := s.octets(); err != nil {
			return err
		}
	}
	return nil
}
