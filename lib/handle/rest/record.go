package rest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// various stands for the indexes that are in the body.
const various = "various"

// indexes reads the parameter index.
func (c *call) indexes() (list []int32, ok bool) {
	values := c.asked["index"]
	if len(values) > wire.MaxValues {
		c.fail(wire.CodeProtocolError, fmt.Sprintf("more than %d indexes are asked for", wire.MaxValues))
		return nil, false
	}
	for _, text := range values {
		n, err := parseIndex(text)
		if err != nil {
			c.fail(wire.CodeProtocolError, err.Error())
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}

func parseIndex(text string) (int32, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("index: %.32q is no whole number", text)
	}
	return int32(n), nil
}

// get answers with values of a handle.
func (c *call) get() {
	var indexes []int32
	var types []string
	if len(c.asked) > 0 {
		var ok bool
		if indexes, ok = c.indexes(); !ok {
			return
		}
		if types = c.asked["type"]; len(types) > wire.MaxValues {
			c.fail(wire.CodeProtocolError, fmt.Sprintf("more than %d types are asked for", wire.MaxValues))
			return
		}
	}
	if !c.identify() {
		return
	}
	c.resolve(c.readFlags(), indexes, types)
	switch c.res.Code {
	case wire.CodeSuccess:
		c.sendRecord()
	case wire.CodeValuesNotFound:
		c.out = append(c.out[:0], `{"responseCode":200,"values":[]`...)
		c.closeHandle()
		c.send(http.StatusOK)
	default:
		c.sendFailure()
	}
}

// readFlags returns the flags that the parameters ask for.
func (c *call) readFlags() wire.Flags {
	var flags wire.Flags
	if c.flag("publicOnly", !c.req.Proven()) {
		flags |= wire.FlagPublicOnly
	}
	if len(c.asked) == 0 {
		return flags
	}
	if c.flag("auth", false) {
		flags |= wire.FlagAuthoritative
	}
	if c.flag("cert", false) {
		flags |= wire.FlagCertify
	}
	if c.flag("doNotRefer", false) {
		flags |= wire.FlagNoReferral
	}
	return flags
}

// sendRecord answers with the values in the response, under the name that the
// client wrote.
func (c *call) sendRecord() {
	c.out = append(c.out[:0], `{"responseCode":1,"handle":`...)
	c.out = hjson.AppendText(c.out, c.name)
	c.out = append(c.out, `,"values":[`...)
	first := true
	err := eachValue(c.res.Body, func(e wire.Encoded) {
		if !first {
			c.out = append(c.out, ',')
		}
		first = false
		c.out = hjson.AppendEncoded(c.out, e)
	})
	if err != nil {
		c.fail(wire.CodeError, "the record cannot be read: "+err.Error())
		return
	}
	c.out = append(c.out, `]}`...)
	c.send(http.StatusOK)
}

// valueSize is the least number of octets a value takes.
const valueSize = 26

// eachValue calls the values in the answer to a resolution, as they stand.
func eachValue(body []byte, yield func(wire.Encoded)) error {
	in := wire.NewCursor(body)
	in.Name()
	n := in.Count(valueSize)
	rest := in.Rest()
	if err := in.Err(); err != nil {
		return err //nolint:wrapcheck // it says all
	}
	for range n {
		e, after, err := wire.CutValue(rest)
		if err != nil {
			return err //nolint:wrapcheck // it says all
		}
		yield(e)
		rest = after
	}
	return nil
}

// put creates or replaces a record, or some of its values.
func (c *call) put() {
	values, ok := c.readValues()
	if !ok || !c.identify() {
		return
	}
	change := wire.Values{Handle: c.name, Values: values}
	body := change.Append(nil)
	if len(body) > c.h.o.MaxMessage {
		c.fail(wire.CodeInvalidValue, fmt.Sprintf("the values take %d octets, a record may have %d", len(body), c.h.o.MaxMessage))
		return
	}
	if c.asked.Has("index") {
		c.putValues(values, body)
		return
	}
	flags, isNew := wire.Flags(0), true
	mint := c.flag("mintNewSuffix", false)
	if c.flag("overwrite", true) && !mint {
		flags |= wire.FlagOverwrite
		known, exists := c.known()
		isNew = !exists && known != nil
	}
	if mint {
		flags |= wire.FlagMint
	}
	c.ask(wire.OpCreate, flags, body)
	if c.res.Code == wire.CodeSuccess && mint {
		if minted, err := wire.DecodeHandle(c.res.Body); err == nil && minted != "" {
			c.name = minted
		}
	}
	c.sendChange(isNew)
}

// putValues adds or replaces values.
func (c *call) putValues(values []wire.Value, body []byte) {
	if !slices.Equal(c.asked["index"], []string{various}) {
		asked, ok := c.indexes()
		if !ok {
			return
		}
		if !sameIndexes(asked, values) {
			c.fail(wire.CodeProtocolError, "Mismatched indexes in PUT request: the query must have those of the body, or index="+various)
			return
		}
	}
	op, flags, isNew := wire.OpAddValues, wire.Flags(0), true
	if c.flag("overwrite", true) {
		known, _ := c.known()
		isNew = known == nil || slices.ContainsFunc(values, func(v wire.Value) bool { return !known[v.Index] })
		if isNew {
			flags = wire.FlagOverwrite
		} else {
			op = wire.OpModifyValues
		}
	}
	c.ask(op, flags, body)
	c.sendChange(isNew)
}

// sameIndexes tells whether the values have these indexes, in any order.
func sameIndexes(asked []int32, values []wire.Value) bool {
	have := make([]int32, len(values))
	for i := range values {
		have[i] = values[i].Index
	}
	order := func(list []int32) []int32 {
		slices.SortFunc(list, cmp.Compare[int32])
		return slices.Compact(list)
	}
	return slices.Equal(order(asked), order(have))
}

// sendChange answers a change: 201 if it made something new.
func (c *call) sendChange(isNew bool) {
	switch {
	case c.res.Code != wire.CodeSuccess:
		c.sendFailure()
	case isNew:
		c.succeed(http.StatusCreated)
	default:
		c.succeed(http.StatusOK)
	}
}

// known returns the indexes that a handle has, as far as who asks may know, and
// whether it exists: the answer to a change tells whether something is new. Nil
// is not known.
func (c *call) known() (indexes map[int32]bool, exists bool) {
	c.resolve(wire.FlagNoReferral, nil, nil)
	if c.res.Code != wire.CodeSuccess && c.res.Code != wire.CodeNotFound {
		c.resolve(wire.FlagNoReferral|wire.FlagPublicOnly, nil, nil)
	}
	indexes = map[int32]bool{}
	switch c.res.Code {
	case wire.CodeSuccess:
		if eachValue(c.res.Body, func(e wire.Encoded) { indexes[e.Index()] = true }) != nil {
			return nil, true
		}
		return indexes, true
	case wire.CodeValuesNotFound:
		return indexes, true
	case wire.CodeNotFound:
		return indexes, false
	default:
		return nil, true
	}
}

// remove deletes a record, or some of its values.
func (c *call) remove() {
	indexes, ok := c.indexes()
	if !ok || !c.identify() {
		return
	}
	if c.asked.Has("index") {
		change := wire.Indexes{Handle: c.name, Indexes: indexes}
		c.ask(wire.OpRemoveValues, 0, change.Append(nil))
	} else {
		c.ask(wire.OpDelete, 0, wire.AppendHandle(nil, c.name))
	}
	c.sendChange(false)
}

// serveSite tells the site of the server.
func (c *call) serveSite(name string) {
	if name != "" || !c.reading() {
		c.unknown()
		return
	}
	if c.h.o.Site == nil {
		c.fail(wire.CodeUnsupported, "this server tells no site")
		return
	}
	site := c.h.o.Site()
	c.out = append(c.out[:0], `{"responseCode":1,"site":`...)
	c.out = append(hjson.AppendSite(c.out, &site), '}')
	c.send(http.StatusOK)
}

// prefixHandle returns the handle of a prefix that is written with 0.NA/ or
// without.
func prefixHandle(name string) string {
	if strings.Contains(name, "/") {
		return name
	}
	return wire.NA + name
}
