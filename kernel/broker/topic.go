package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Topic is what a room takes over MQTT, and from whom.
type Topic struct {
	// Pattern is where callers publish, such as room/{name}/report: {name} is
	// who publishes, and nobody publishes elsewhere.
	Pattern string
	// Receipts is where callers, and nobody else, read what became of what they
	// published.
	Receipts string
	Summary  string
	// Limit bounds a payload, in bytes.
	Limit int
	// Admit returns who connects with a user name and a password: what {name}
	// stands for. Who is unknown is Unauthorized.
	Admit func(ctx context.Context, user, password string) (name string, err error)
	// Check returns why who was admitted may send no longer. It is asked before
	// each publish, and now and then.
	Check func(ctx context.Context, name string) error
	// Take takes what was published. Without an error it is on the disk when Take
	// returns: the client is told so next. The receipt is told as JSON.
	Take func(ctx context.Context, name string, payload []byte) (receipt any, err error)
}

// nameHole is where a pattern has who publishes.
const nameHole = "{name}"

// longestTopic bounds topics, in bytes.
const longestTopic = 200

// checkFor says what is wrong with a topic that a room declares.
func (t Topic) checkFor(room string) error {
	if t.Admit == nil || t.Check == nil || t.Take == nil || t.Limit <= 0 {
		return fmt.Errorf("MQTT topic %s: Admit, Check, Take and Limit are needed", t.Pattern)
	}
	for _, p := range []string{t.Pattern, t.Receipts} {
		if err := checkPattern(room, p); err != nil {
			return fmt.Errorf("MQTT topic %q: %w", p, err)
		}
	}
	if t.Pattern == t.Receipts {
		return fmt.Errorf("MQTT topic %s: receipts need a topic of their own", t.Pattern)
	}
	return nil
}

func checkPattern(room, pattern string) error {
	holes := 0
	for i, level := range strings.Split(pattern, "/") {
		switch {
		case i == 0 && level != room:
			return errors.New("it does not begin with the room's name")
		case level == nameHole:
			holes++
		case level == "" || strings.ContainsAny(level, "+#{}$\x00"):
			return fmt.Errorf("the level %q is empty, or has a sign that topics are matched by", level)
		}
	}
	if holes != 1 {
		return fmt.Errorf("it has %d levels %s, not one", holes, nameHole)
	}
	if len(pattern) > longestTopic {
		return fmt.Errorf("it is longer than %d bytes", longestTopic)
	}
	return nil
}

// fill returns the topic of a name; ok is false when the name would reach into
// topics of others.
func fill(pattern, name string) (topic string, ok bool) {
	if name == "" || len(name) > longestTopic || strings.ContainsAny(name, "/+#$\x00") {
		return "", false
	}
	return strings.Replace(pattern, nameHole, name, 1), true
}
