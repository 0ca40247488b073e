package sensor

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"linghang/kernel/fault"
)

func TestABatchWhoseSenderWentAwayIsNotRefused(t *testing.T) {
	var whole bytes.Buffer
	z := gzip.NewWriter(&whole)
	if _, err := z.Write(bytes.Repeat([]byte("batch"), 1000)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	half := whole.Bytes()[:whole.Len()/2]
	for name, c := range map[string]struct {
		body io.Reader
		kind fault.Kind
	}{
		"cut within":        {io.MultiReader(bytes.NewReader(half), iotest.ErrReader(io.ErrUnexpectedEOF)), fault.Unavailable},
		"cut at once":       {iotest.ErrReader(io.ErrUnexpectedEOF), fault.Unavailable},
		"reset":             {io.MultiReader(bytes.NewReader(half), iotest.ErrReader(errors.New("connection reset by peer"))), fault.Unavailable},
		"sent by half":      {bytes.NewReader(half), fault.BadRequest},
		"nothing was sent":  {bytes.NewReader(nil), fault.BadRequest},
		"something else":    {bytes.NewReader([]byte("no gzip at all")), fault.BadRequest},
		"a damaged archive": {bytes.NewReader(append(bytes.Clone(half), "xx"...)), fault.BadRequest},
	} {
		if _, err := unpack(c.body); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text, err := unpack(&whole); err != nil || len(text) != 5000 {
		t.Errorf("%d octets, %v", len(text), err)
	}
}
