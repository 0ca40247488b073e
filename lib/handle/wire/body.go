package wire

// Values is a handle with values: the body of create, add and modify, and of
// the answer to a resolution (RFC 3652, sections 3.2 and 3.7).
type Values struct {
	Handle string
	Values []Value
}

// DecodeValues reads the body.
func DecodeValues(body []byte) (Values, error) {
	c := NewCursor(body)
	v := Values{Handle: string(c.Name()), Values: c.values()}
	return v, c.End()
}

// Append appends the body.
func (v *Values) Append(dst []byte) []byte {
	return appendValues(AppendBytes(dst, v.Handle), v.Values)
}

// Indexes is a handle with indexes of values: the body of remove values.
type Indexes struct {
	Handle  string
	Indexes []int32
}

// DecodeIndexes reads the body.
func DecodeIndexes(body []byte) (Indexes, error) {
	c := NewCursor(body)
	v := Indexes{Handle: string(c.Name()), Indexes: c.indexes()}
	return v, c.End()
}

// Append appends the body.
func (v *Indexes) Append(dst []byte) []byte {
	return appendIndexes(AppendBytes(dst, v.Handle), v.Indexes)
}

func (c *Cursor) indexes() []int32 {
	n := c.Count(4)
	if n > MaxValues {
		c.Fail(errCount)
		return nil
	}
	list := make([]int32, n)
	for i := range list {
		list[i] = c.Int32()
	}
	return list
}

func appendIndexes(dst []byte, list []int32) []byte {
	dst = appendCount(dst, len(list))
	for _, i := range list {
		dst = appendInt32(dst, i)
	}
	return dst
}

// DecodeHandle reads a body that is a handle only: delete, list, home, unhome,
// site info and others, and the answer to create.
func DecodeHandle(body []byte) (string, error) {
	c := NewCursor(body)
	h := string(c.Name())
	return h, c.End()
}

// AppendHandle appends the body of a handle only.
func AppendHandle(dst []byte, handle string) []byte { return AppendBytes(dst, handle) }

// NoHandle is the handle of requests to which a handle means nothing.
const NoHandle = "/"

// DecodeList reads one message of the answer to a list.
func DecodeList(body []byte) ([]string, error) {
	c := NewCursor(body)
	n := c.Count(4)
	list := make([]string, 0, n)
	for range n {
		list = append(list, string(c.Name()))
		if c.err != nil {
			return nil, c.err
		}
	}
	return list, c.End()
}

// AppendList appends the body of one message of the answer to a list.
func AppendList(dst []byte, handles []string) []byte {
	dst = appendCount(dst, len(handles))
	for _, h := range handles {
		dst = AppendBytes(dst, h)
	}
	return dst
}

// Failure is the body of an answer that is no success (RFC 3652, section 3.3):
// a message for people, and what indexes it is about.
type Failure struct {
	Message string
	Indexes []int32
}

// DecodeFailure reads the body, which may be empty.
func DecodeFailure(body []byte) (Failure, error) {
	if len(body) == 0 {
		return Failure{}, nil
	}
	c := NewCursor(body)
	f := Failure{Message: c.Text()}
	if c.Len() > 0 {
		f.Indexes = c.indexes()
	}
	return f, c.End()
}

// Append appends the body. Indexes are written only if there are any.
func (f *Failure) Append(dst []byte) []byte {
	dst = AppendBytes(dst, f.Message)
	if len(f.Indexes) == 0 {
		return dst
	}
	return appendIndexes(dst, f.Indexes)
}

// Referral is the body of a referral: ask the service of Handle, or the sites
// in Values.
type Referral struct {
	Handle string
	Values []Value
}

// DecodeReferral reads the body.
func DecodeReferral(body []byte) (Referral, error) {
	c := NewCursor(body)
	r := Referral{Handle: string(c.Name())}
	if c.Len() > 0 {
		r.Values = c.values()
	}
	return r, c.End()
}

// Append appends the body. Values are written only if there are any.
func (r *Referral) Append(dst []byte) []byte {
	dst = AppendBytes(dst, r.Handle)
	if len(r.Values) == 0 {
		return dst
	}
	return appendValues(dst, r.Values)
}
