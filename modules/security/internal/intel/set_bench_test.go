package intel

import (
	"fmt"
	"testing"
	"time"

	"linghang/modules/security/internal/batch"
)

// A batch of 500 conversations, one of which is known, against 100 000 indicators.
func BenchmarkBatch(b *testing.B) {
	s := newSet()
	for i := range 100_000 {
		pattern := fmt.Sprintf("[ipv4-addr:value = '%d.%d.%d.%d']", 11+i%80, i>>8&255, i>>4&255, i&255)
		switch i % 10 {
		case 1:
			pattern = fmt.Sprintf("[ipv4-addr:value ISSUBSET '%d.%d.%d.0/24']", 101+i%20, i>>8&255, i&255)
		case 2:
			pattern = fmt.Sprintf("[domain-name:value = 'n%d.example.com']", i)
		case 3:
			pattern = fmt.Sprintf("[url:value = 'http://h%d.example.com/x']", i)
		}
		c, err := compile(pattern, "stix")
		if err != nil {
			b.Fatal(err)
		}
		c.id = fmt.Sprint(i)
		s.put(c)
	}
	now := time.Now()
	var list []observation
	for i := range 500 {
		server := fmt.Sprintf("10.1.%d.%d", i>>8, i&255)
		if i == 250 {
			server = "101.0.0.9"
			c, err := compile("[ipv4-addr:value = '101.0.0.9']", "stix")
			if err != nil {
				b.Fatal(err)
			}
			c.id = "known"
			s.put(c)
		}
		list = append(list, ofTalk(batch.Talk{Client: "10.0.0.1", Server: server, Protocol: "modbus", Port: 502, First: now, Last: now}))
	}
	for b.Loop() {
		if found, _ := s.all(list, now); len(found) != 1 {
			b.Fatal("the one that is known was not found")
		}
	}
}
