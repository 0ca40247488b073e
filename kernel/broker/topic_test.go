package broker

import (
	"context"
	"strings"
	"testing"
)

func TestARoomTakesOnlyTopicsOfItsOwnWithOneName(t *testing.T) {
	whole := Topic{
		Pattern: "gate/{name}/in", Receipts: "gate/{name}/out", Limit: 1,
		Admit: func(context.Context, string, string) (string, error) { return "", nil },
		Check: func(context.Context, string) error { return nil },
		Take:  func(context.Context, string, []byte) (any, error) { return struct{}{}, nil },
	}
	if err := whole.checkFor("gate"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ pattern, receipts, want string }{
		{"other/{name}/in", "gate/{name}/out", "does not begin with the room's name"},
		{"gate2/{name}/in", "gate/{name}/out", "does not begin with the room's name"},
		{"/gate/{name}/in", "gate/{name}/out", "does not begin with the room's name"},
		{"gate/in", "gate/{name}/out", "has 0 levels"},
		{"gate/{name}/{name}", "gate/{name}/out", "has 2 levels"},
		{"gate/a{name}/in", "gate/{name}/out", "sign that topics are matched by"},
		{"gate/{name}/+", "gate/{name}/out", "sign that topics are matched by"},
		{"gate/{name}/#", "gate/{name}/out", "sign that topics are matched by"},
		{"gate//{name}", "gate/{name}/out", "is empty"},
		{"gate/{name}/", "gate/{name}/out", "is empty"},
		{"gate/{name}/in", "gate/out", "has 0 levels"},
		{"gate/{name}/in", "gate/{name}/in", "topic of their own"},
		{"gate/{name}/" + strings.Repeat("x", longestTopic), "gate/{name}/out", "longer than"},
	} {
		x := whole
		x.Pattern, x.Receipts = c.pattern, c.receipts
		if err := x.checkFor("gate"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s and %s: got %v, want %q in it", c.pattern, c.receipts, err, c.want)
		}
	}
	if whole.Limit = 0; whole.checkFor("gate") == nil {
		t.Error("a topic without a limit passed")
	}
}

func TestANameDoesNotReachIntoTopicsOfOthers(t *testing.T) {
	for name, want := range map[string]string{
		"01ARZ": "gate/01ARZ/in", "a b": "gate/a b/in", "密钥": "gate/密钥/in",
		"": "", "a/b": "", "+": "", "#": "", "$SYS": "", "a\x00": "", strings.Repeat("x", 201): "",
	} {
		if got, ok := fill("gate/{name}/in", name); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", name, got, ok, want)
		}
	}
}

func TestOnlyAPublishIsLargeAndOnlyOnceItsSenderIsKnown(t *testing.T) {
	small, large := packet(1, 100), packet(kindPublish, smallPacket+1)
	for _, c := range []struct {
		what  string
		known bool
		bytes []byte
		good  bool
	}{
		{"a greeting", false, small, true},
		{"a large greeting", false, packet(1, smallPacket+1), false},
		{"a large publish of a stranger", false, large, false},
		{"a large publish", true, large, true},
		{"as large as may be", true, packet(kindPublish, 20_000), true},
		{"too large", true, packet(kindPublish, 20_001), false},
		{"a large subscription", true, packet(8, smallPacket+1), false},
		{"one after the other", true, append(append(packet(kindPublish, 20_000), small...), packet(kindPublish, 20_001)...), false},
		{"a length without an end", true, []byte{0x30, 0xff, 0xff, 0xff, 0xff, 0x01}, false},
		{"packets of nothing", true, []byte{0xc0, 0, 0xc0, 0, 0xe0, 0}, true},
	} {
		for _, step := range []int{1, 3, 1 << 20} { // however the bytes come
			f := frames{largest: 20_000, known: c.known}
			var err error
			for at := 0; at < len(c.bytes) && err == nil; at += step {
				err = f.pass(c.bytes[at:min(at+step, len(c.bytes))])
			}
			if (err == nil) != c.good {
				t.Errorf("%s, by %d bytes: %v", c.what, step, err)
			}
		}
	}
}

// packet is a packet of a kind with so many bytes after its header.
func packet(kind byte, size int) []byte {
	b := []byte{kind << 4}
	for n := size; ; {
		digit := byte(n & 0x7f)
		if n >>= 7; n > 0 {
			b = append(b, digit|0x80)
			continue
		}
		return append(append(b, digit), make([]byte, size)...)
	}
}
