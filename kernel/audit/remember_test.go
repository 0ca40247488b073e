package audit

import "testing"

// Whoever has read a key before it was destroyed does not bring it back.
func TestAKeyThatWasReadBeforeItWasDestroyedIsNotRemembered(t *testing.T) {
	var c subjects
	_, _, before := c.get("li")
	c.forget("li")
	c.remember("li", subject{plain: []byte("key")}, before)
	if s, ok, _ := c.get("li"); ok {
		t.Errorf("it is remembered: %v", s)
	}
	_, _, now := c.get("wang")
	c.remember("wang", subject{plain: []byte("key")}, now)
	if _, ok, _ := c.get("wang"); !ok {
		t.Error("a key that was not destroyed is not remembered")
	}
}
