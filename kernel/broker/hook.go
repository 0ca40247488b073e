package broker

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
)

// hook is where the library asks what is to happen.
type hook struct {
	mqtt.HookBase
	b *Broker
}

// ID implements mqtt.Hook.
func (h *hook) ID() string { return "linghang" }

// Provides implements mqtt.Hook.
func (h *hook) Provides(what byte) bool {
	return bytes.Contains([]byte{
		mqtt.OnConnect, mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPacketRead, mqtt.OnPacketEncode, mqtt.OnPublish, mqtt.OnPacketProcessed, mqtt.OnClientExpired,
	}, []byte{what})
}

// of returns the connection of a client; nil for the teller.
func of(cl *mqtt.Client) *conn {
	c, _ := cl.Net.Conn.(*conn)
	return c
}

// OnConnect implements mqtt.Hook: it decides who comes in. An error ends the
// connection, which was told why.
func (h *hook) OnConnect(cl *mqtt.Client, pk packets.Packet) error {
	c := of(cl)
	if c == nil {
		return packets.ErrNotAuthorized
	}
	what, code := "", packets.Code{}
	switch err := h.b.admit(c, string(pk.Connect.Username), string(pk.Connect.Password)); {
	case err != nil:
		h.b.cfg.Log.Warn("who connects over MQTT could not be looked up", "remote", c.address, "error", err)
		what, code = "unavailable", packets.ErrServerUnavailable
	case len(c.grants) == 0:
		what, code = "key", packets.ErrBadUsernameOrPassword
	case pk.Connect.WillFlag: // what a client's end means is the room's to say
		what, code = "will", packets.ErrNotAuthorized
	case !h.b.join(c, c.caller(), c.caller()+"/"+cl.ID):
		what, code = "sessions", packets.ErrServerUnavailable
	}
	if what != "" {
		h.b.metrics.refused.WithLabelValues(what).Inc()
		h.b.cfg.Log.Info("a connection over MQTT was refused", "remote", c.address, "user", fmt.Sprintf("%.60q", pk.Connect.Username), "what", what)
		_ = h.b.server.SendConnack(cl, code, false, nil) // it may have gone
		return code
	}
	cl.ID = c.id // nobody takes over a session of somebody else
	h.b.greeted(c)
	if alive := min(max(cl.State.Keepalive, shortestAlive), longestAlive); alive != cl.State.Keepalive {
		if cl.State.Keepalive == 0 {
			alive = longestAlive
		}
		cl.State.Keepalive, cl.State.ServerKeepalive = alive, true
	}
	cl.Properties.Props.TopicAliasMaximum = 0 // receipts have their whole topic
	return nil
}

// OnConnectAuthenticate implements mqtt.Hook: OnConnect has decided.
func (h *hook) OnConnectAuthenticate(cl *mqtt.Client, _ packets.Packet) bool {
	c := of(cl)
	return c != nil && len(c.grants) > 0
}

// OnACLCheck implements mqtt.Hook: one's own topics, written out, and no others.
func (h *hook) OnACLCheck(cl *mqtt.Client, topic string, write bool) bool {
	c := of(cl)
	if c == nil {
		return false
	}
	for _, g := range c.grants {
		if write && g.publish == topic || !write && g.receipt == topic {
			return true
		}
	}
	what := "subscription"
	if write {
		what = "topic"
	}
	h.b.metrics.refused.WithLabelValues(what).Inc()
	h.b.cfg.Log.Info("a topic of MQTT was refused", "caller", c.who, "publish", write, "topic", fmt.Sprintf("%.120q", topic))
	return false
}

// OnPacketRead implements mqtt.Hook. A client that leaves may not be remembered
// for longer than one that comes.
func (h *hook) OnPacketRead(_ *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if pk.FixedHeader.Type == packets.Disconnect {
		pk.Properties.SessionExpiryInterval = min(pk.Properties.SessionExpiryInterval, remembered)
	}
	return pk, nil
}

// OnPacketEncode implements mqtt.Hook: it tells clients of version 5 what is not
// to be had, and that a publish that comes again is there already.
func (h *hook) OnPacketEncode(_ *mqtt.Client, pk packets.Packet) packets.Packet {
	switch p := &pk.Properties; {
	case pk.FixedHeader.Type == packets.Connack && pk.ReasonCode == packets.CodeSuccess.Code:
		p.MaximumPacketSize = uint32(h.b.largest + smallPacket) //nolint:gosec // rooms declare megabytes
		p.RetainAvailableFlag, p.WildcardSubAvailableFlag, p.SharedSubAvailableFlag, p.SubIDAvailableFlag = true, true, true, true
	case pk.FixedHeader.Type == packets.Pubrec && pk.ReasonCode == packets.ErrPacketIdentifierInUse.Code:
		pk.ReasonCode, p.ReasonString = packets.CodeSuccess.Code, ""
	}
	return pk
}

// OnPublish implements mqtt.Hook: the room takes what was published. The library
// goes on to acknowledge it, and hands it to no other client, when the error is
// CodeSuccessIgnore; with ErrRejectPacket it does nothing more. Any other error
// it would acknowledge all the same, so that none is returned.
func (h *hook) OnPublish(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if cl.Net.Inline {
		return pk, nil
	}
	c := of(cl)
	g, ok := c.granted(pk.TopicName)
	if !ok {
		return pk, packets.ErrRejectPacket
	}
	if !h.b.begin() {
		_ = c.Close() // it stops; what is not acknowledged is sent again
		return pk, packets.ErrRejectPacket
	}
	c.asking = true
	receipt, err := h.b.take(g, pk.Payload)
	switch {
	case err == nil:
		h.b.note(g, "taken")
		h.b.tell(cl, g, pk, told{Receipt: receipt})
		return pk, packets.CodeSuccessIgnore
	case passing(err) && pk.FixedHeader.Qos > 0 || denied(err):
		h.b.note(g, "later")
		h.b.disconnect(cl, err)
		return pk, packets.ErrRejectPacket
	}
	h.b.note(g, "wrong")
	h.b.tell(cl, g, pk, told{Problem: httpd.ProblemOf(err)})
	if cl.Properties.ProtocolVersion < 5 || pk.FixedHeader.Qos == 0 {
		return pk, packets.CodeSuccessIgnore // there is no word for it
	}
	ack := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Puback}, PacketID: pk.PacketID, ReasonCode: reasonOf(err)}
	if pk.FixedHeader.Qos == 2 {
		ack.FixedHeader.Type = packets.Pubrec
	}
	ack.Properties.ReasonString = cut(err.Error())
	if err := cl.WritePacket(ack); err != nil {
		_ = c.Close() // it could not be told
	}
	return pk, packets.ErrRejectPacket
}

// OnPacketProcessed implements mqtt.Hook: the acknowledgement is written.
func (h *hook) OnPacketProcessed(cl *mqtt.Client, _ packets.Packet, _ error) {
	if c := of(cl); c != nil && c.asking {
		c.asking = false
		h.b.busy.Done()
	}
}

// OnClientExpired implements mqtt.Hook. The library forgets the session, but not
// what it subscribed to.
func (h *hook) OnClientExpired(cl *mqtt.Client) {
	h.b.server.UnsubscribeClient(cl)
	cl.ClearInflights()
	h.b.mu.Lock()
	defer h.b.mu.Unlock()
	if s := h.b.sessions[cl.ID]; s != nil && s.live == nil {
		h.b.drop(cl.ID)
	}
}

// admit asks the rooms who connects. What a caller may not use is no error.
func (b *Broker) admit(c *conn, user, password string) error {
	ctx, cancel := b.bounded(greetingTime)
	defer cancel()
	for i := range b.topics {
		t := &b.topics[i]
		name, err := t.Admit(ctx, user, password)
		if err != nil && denied(&shut{err}) {
			continue
		}
		if err != nil {
			return fmt.Errorf("admit to %s: %w", t.Pattern, err)
		}
		publish, ok := fill(t.Pattern, name)
		receipt, good := fill(t.Receipts, name)
		if !ok || !good {
			return fmt.Errorf("admit to %s: the name %q cannot be part of a topic", t.Pattern, name)
		}
		c.grants = append(c.grants, grant{t, name, publish, receipt})
	}
	return nil
}

// caller is who is admitted, whatever the client id.
func (c *conn) caller() string { return c.grants[0].topic.room + "/" + c.grants[0].name }

func (c *conn) granted(topic string) (grant, bool) {
	for _, g := range c.grants {
		if g.publish == topic {
			return g, true
		}
	}
	return grant{}, false
}

// patience is how long a publish waits in all for its turn, when the room says
// when that is: a client that sends faster than it may is slowed down.
const patience = 10 * time.Second

// take hands a publish to its room.
func (b *Broker) take(g grant, payload []byte) (receipt any, err error) {
	ctx, cancel := b.bounded(takeTime)
	defer cancel()
	for until := time.Now().Add(patience); ; {
		receipt, err = b.takeOnce(ctx, g, payload)
		f := fault.As(err)
		if f == nil || f.Kind != fault.Limited || f.RetryAfter == 0 || time.Now().Add(time.Duration(f.RetryAfter)*time.Second).After(until) {
			return receipt, err
		}
		turn := time.NewTimer(time.Duration(f.RetryAfter) * time.Second)
		select {
		case <-turn.C:
		case <-ctx.Done():
			turn.Stop()
			return nil, err
		}
	}
}

func (b *Broker) takeOnce(ctx context.Context, g grant, payload []byte) (receipt any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		if err != nil && fault.Is(err, fault.Internal) {
			b.cfg.Log.Error("a publish over MQTT failed", "topic", g.publish, "error", err)
		}
	}()
	if err := b.cfg.Fit(ctx); err != nil {
		return nil, err
	}
	if err := g.topic.Check(ctx, g.name); err != nil {
		return nil, &shut{err}
	}
	if len(payload) > g.topic.Limit {
		return nil, fault.New(fault.TooLarge, "kernel.body.too_large", "the body is larger than %d bytes", g.topic.Limit).With("limit", g.topic.Limit)
	}
	return g.topic.Take(ctx, g.name, payload)
}

// shut says that a caller may send no longer, whatever it is that they send.
type shut struct{ error }

// Unwrap returns why.
func (s *shut) Unwrap() error { return s.error }

// denied reports whether an error says that the caller may not be here.
func denied(err error) bool {
	if s, ok := errors.AsType[*shut](err); ok {
		return fault.Is(s.error, fault.Unauthorized) || fault.Is(s.error, fault.Forbidden)
	}
	return fault.Is(err, fault.Unauthorized)
}

// passing reports whether the same publish may be taken another time. What is
// wrong in itself never is.
func passing(err error) bool {
	switch httpd.ProblemOf(err).Status / 100 {
	case 4:
		return fault.Is(err, fault.Limited)
	default:
		return true
	}
}

// reasonOf is the reason code of version 5 for what is wrong in itself.
func reasonOf(err error) byte {
	switch fault.KindOf(err) {
	case fault.Forbidden:
		return packets.ErrNotAuthorized.Code
	case fault.BadRequest, fault.Invalid, fault.Unsupported:
		return packets.ErrPayloadFormatInvalid.Code
	case fault.TooLarge:
		return packets.ErrQuotaExceeded.Code
	default:
		return packets.ErrImplementationSpecificError.Code
	}
}

// cut bounds what is said in an acknowledgement.
func cut(text string) string { return fmt.Sprintf("%.200s", text) }

// told is a message of a receipt topic.
type told struct {
	Payload string         `json:"payload"` // SHA-256 of what was published, in hexadecimal
	Receipt any            `json:"receipt,omitempty"`
	Problem *httpd.Problem `json:"problem,omitempty"`
}

// tell publishes what became of a publish, to whom it is of.
func (b *Broker) tell(cl *mqtt.Client, g grant, pk packets.Packet, m told) {
	sum := sha256.Sum256(pk.Payload)
	m.Payload = hex.EncodeToString(sum[:])
	text, err := json.Marshal(m)
	if err != nil {
		b.cfg.Log.Error("a receipt over MQTT could not be written", "topic", g.receipt, "error", err)
		return
	}
	out := packets.Packet{
		FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}, PacketID: 1, // it is the library's own, for each receiver
		TopicName: g.receipt, Payload: text,
	}
	out.Properties.CorrelationData = pk.Properties.CorrelationData
	out.Properties.ContentType = "application/json"
	if err := b.server.InjectPacket(b.teller, out); err != nil {
		b.cfg.Log.Warn("a receipt over MQTT could not be told", "caller", g.name, "client", cl.ID, "error", err)
	}
}

func (b *Broker) note(g grant, outcome string) {
	b.metrics.publishes.WithLabelValues(g.topic.room, outcome).Inc()
}

// disconnect ends a connection whose publish is not acknowledged. Version 5 has
// a word for why.
func (b *Broker) disconnect(cl *mqtt.Client, err error) {
	c := of(cl)
	b.cfg.Log.Info("a connection over MQTT was ended", "caller", c.who, "remote", c.address, "why", cut(err.Error()))
	code := packets.ErrUnspecifiedError
	switch {
	case denied(err):
		code = packets.ErrNotAuthorized
	case fault.Is(err, fault.Limited):
		code = packets.ErrMessageRateTooHigh
	case fault.Is(err, fault.Unavailable):
		code = packets.ErrServerBusy
	}
	if cl.Properties.ProtocolVersion == 5 {
		_ = b.server.DisconnectClient(cl, code) // it returns the code
	}
	cl.Stop(code)
}

// end ends the connection of who may be here no longer.
func (b *Broker) end(c *conn, err error) {
	if cl, ok := b.server.Clients.Get(c.id); ok && of(cl) == c {
		b.disconnect(cl, err)
		return
	}
	_ = c.Close() // it is between two sessions
}
