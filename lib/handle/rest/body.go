package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// received is how much of a body is counted at a time.
const received = 32 << 10

// readBody reads the body, which is in JSON. What it holds counts among what is
// buffered until release is called.
func (c *call) readBody() (body []byte, release func(), ok bool) {
	held := int64(0)
	release = func() { c.h.buffered.Add(-held) }
	limited := http.MaxBytesReader(c.w, c.r.Body, int64(c.h.o.MaxBody))
	// Behind a server without a time for requests it is this one.
	_ = http.NewResponseController(c.w).SetReadDeadline(time.Now().Add(c.h.o.Timeout))
	var b bytes.Buffer
	for {
		held += received
		if c.h.buffered.Add(received) > int64(c.h.o.MaxBuffered) {
			release()
			c.fail(wire.CodeBusy, "too much is being received, ask again")
			return nil, nil, false
		}
		_, err := io.CopyN(&b, limited, received)
		if errors.Is(err, io.EOF) {
			return b.Bytes(), release, true
		}
		if err != nil {
			release()
			c.failBody(err)
			return nil, nil, false
		}
	}
}

func (c *call) failBody(err error) {
	c.res.Fail(wire.CodeProtocolError, "the body cannot be read: "+err.Error())
	long, ok := errors.AsType[*http.MaxBytesError](err)
	if !ok {
		c.sendFailure()
		return
	}
	c.out = append(c.out[:0], `{"responseCode":4,"message":`...)
	c.out = hjson.AppendText(c.out, fmt.Sprintf("the body has more than %d octets: send fewer values at a time", long.Limit))
	c.closeHandle()
	c.send(http.StatusRequestEntityTooLarge)
}

// isJSON tells whether the body says that it is JSON.
func (c *call) isJSON() bool {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// readValues reads the values of a change.
func (c *call) readValues() ([]wire.Value, bool) {
	if !c.isJSON() {
		c.fail(wire.CodeProtocolError, "the body must be JSON: send Content-Type: application/json")
		return nil, false
	}
	body, release, ok := c.readBody()
	if !ok {
		return nil, false
	}
	defer release()
	values, err := hjson.ParseValues(body)
	if err != nil {
		c.failJSON(err)
		return nil, false
	}
	return values, true
}

func (c *call) failJSON(err error) {
	code := wire.CodeProtocolError
	if fault, ok := errors.AsType[*hjson.Error](err); ok {
		code = fault.Code
	}
	c.fail(code, err.Error())
}

// maxPosted is how many parameters a posted body may have.
const maxPosted = 64

// readPosted reads parameters from a posted body: an object of text, numbers,
// truth values, and lists of them.
func (c *call) readPosted() bool {
	if c.r.ContentLength == 0 {
		return true
	}
	if !c.isJSON() {
		c.fail(wire.CodeProtocolError, "parameters are posted in JSON: send Content-Type: application/json")
		return false
	}
	body, release, ok := c.readBody()
	if !ok {
		return false
	}
	defer release()
	if len(bytes.TrimSpace(body)) == 0 {
		return true
	}
	posted, err := parseParameters(body)
	if err != nil {
		c.fail(wire.CodeProtocolError, err.Error())
		return false
	}
	if c.asked == nil {
		c.asked = posted
		return true
	}
	for name, values := range posted {
		c.asked[name] = append(c.asked[name], values...)
	}
	return true
}

var errParameters = errors.New(`parameters are an object, as {"index":[1,2],"type":"URL"}`)

// parseParameters reads parameters in JSON.
func parseParameters(body []byte) (url.Values, error) {
	var posted map[string]json.RawMessage
	if err := json.Unmarshal(body, &posted); err != nil {
		return nil, fmt.Errorf("%w: %w", errParameters, err)
	}
	if len(posted) > maxPosted {
		return nil, errParameters
	}
	values := make(url.Values, len(posted))
	for name, raw := range posted {
		list := []json.RawMessage{raw}
		if raw[0] == '[' {
			if err := json.Unmarshal(raw, &list); err != nil || len(list) > wire.MaxValues {
				return nil, errParameters
			}
		}
		for _, element := range list {
			text := string(element)
			switch {
			case text == "null":
				continue
			case element[0] == '"':
				if err := json.Unmarshal(element, &text); err != nil {
					return nil, errParameters
				}
			case element[0] == '[' || element[0] == '{':
				return nil, errParameters
			}
			values.Add(name, text)
		}
	}
	return values, nil
}
