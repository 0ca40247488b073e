package module

import (
	"context"

	"linghang/kernel/lang"
)

// Shareable is a kind of objects that organisations can share by rules.
type Shareable struct {
	Noun       string
	Title      lang.Text
	Permission string // one needs it to see an object, shared or not
	Topic      string // of live notices about the objects; their ids are the objects'
	Attributes []ShareAttribute
	// Walk hands over every object, as it is now.
	Walk func(ctx context.Context, put func(ShareObject) error) error
	// Stamp changes whenever an object, its owner or an attribute does. It is
	// asked often and has to be cheap.
	Stamp func(ctx context.Context) (string, error)
}

// ShareAttribute is a property that rules may ask for; every object has a value.
type ShareAttribute struct {
	Name   string       `json:"name"`
	Title  lang.Text    `json:"title"`
	Values []ShareValue `json:"values" nullable:"false"`
}

// ShareValue is one of the values of an attribute.
type ShareValue struct {
	Value string    `json:"value"`
	Title lang.Text `json:"title"`
}

// ShareObject is an object as rules see it.
type ShareObject struct {
	ID           string
	Organisation string // who owns it
	Title        lang.Text
	Path         string // of its page in the web
	Attributes   map[string]string
}

// Shares tells which of a room's objects are shared with who is asking, beside
// those within their scope. It is read access, and nothing else.
type Shares interface {
	Shared(ctx context.Context, noun string) ([]string, error)
}
