package sensor

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestConversationsBecomeLinksAndNodes(t *testing.T) {
	at := func(minutes int) time.Time {
		return time.Date(2026, 3, 1, 8, minutes, 0, 0, time.UTC)
	}
	n := network([]talked{
		{"10.0.0.1", "10.0.0.2", "modbus", "read", at(5), at(9), 100},
		{"10.0.0.1", "10.0.0.2", "modbus", "write", at(3), at(4), 2},
		{"10.0.0.3", "10.0.0.1", "s7comm", "read", at(1), at(2), 7},
	})
	if n.Hidden != 0 || len(n.Links) != 2 || len(n.Nodes) != 3 {
		t.Fatalf("%+v", n)
	}
	l := n.Links[0]
	if l.Units != 102 || !slices.Equal(l.Classes, []string{"read", "write"}) || !slices.Equal(l.Protocols, []string{"modbus"}) || !l.FirstAt.Equal(at(3)) || !l.LastAt.Equal(at(9)) {
		t.Errorf("the busiest link: %+v", l)
	}
	for i, want := range []TalkNode{{"10.0.0.1", "both", at(1), at(9), 109}, {"10.0.0.2", "answers", at(3), at(9), 102}, {"10.0.0.3", "asks", at(1), at(2), 7}} {
		if n.Nodes[i] != want {
			t.Errorf("%+v, want %+v", n.Nodes[i], want)
		}
	}
}

func TestALargeNetworkIsShownAsFarAsItsBusiestLinks(t *testing.T) {
	var list []talked
	for i := range mostLinks + 3 {
		list = append(list, talked{client: fmt.Sprint("c", i), server: "s", units: int64(i)})
	}
	n := network(list)
	if n.Hidden != 3 || len(n.Links) != mostLinks || n.Links[mostLinks-1].Units != 3 || len(n.Nodes) != mostLinks+1 {
		t.Errorf("%d hidden, %d links, %d nodes, the last %+v", n.Hidden, len(n.Links), len(n.Nodes), n.Links[len(n.Links)-1])
	}
}
