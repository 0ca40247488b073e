package receive

import (
	"bytes"
	"fmt"
	"testing"
)

// all takes every message out of a stream.
func all(stream []byte) (messages [][]byte, counts Counts) {
	r := &Receiver{}
	frames{r}.read(bytes.NewReader(stream), func(m []byte) bool {
		messages = append(messages, m)
		return true
	})
	return messages, r.Counts()
}

func FuzzFrames(f *testing.F) {
	for _, seed := range []string{"", "5 hello", "<34>a\n<34>b", "99999999 x", "65537 x", "1x\n", "0 \n", "12", "3 a\nb2 cd\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		messages, counts := all(stream)
		octets := 0
		for _, m := range messages {
			octets += len(m)
			if len(m) == 0 || len(m) > MostLine+1 {
				t.Errorf("a message of %d octets", len(m))
			}
		}
		if octets > len(stream) {
			t.Errorf("%d octets of %d", octets, len(stream))
		}
		if counts.Received != uint64(len(messages))+counts.Long {
			t.Errorf("%d received, %d messages, %d too long", counts.Received, len(messages), counts.Long)
		}
		// What has no line feed comes back by both framings, whatever else is in it.
		if len(stream) == 0 || len(stream) > MostLine || bytes.ContainsRune(stream, '\n') {
			return
		}
		again, _ := all(append(fmt.Appendf(nil, "%d ", len(stream)), stream...))
		if len(again) != 1 || !bytes.Equal(again[0], stream) {
			t.Errorf("by octet counting %q came as %q", stream, again)
		}
		again, _ = all(append(append([]byte("<34>"), stream...), '\n'))
		if len(again) != 1 || string(again[0]) != "<34>"+string(stream) {
			t.Errorf("by line feed %q came as %q", stream, again)
		}
	})
}
