package platforms

import (
	"context"

	"linghang/kernel/fault"
	"linghang/kernel/module"
)

// mqttTopics are what the gate takes over MQTT: reports, each key's on a topic of
// its own, as over HTTP with a push key. What comes in goes the same way.
func (m *Module) mqttTopics() []module.MQTTTopic {
	return []module.MQTTTopic{{
		Pattern: "platforms/{name}/report", Receipts: "platforms/{name}/receipt", Summary: "Reports as JSON, with a push key, whose id is the name",
		Limit: maxReport, Admit: m.admitKey, Check: m.checkKey, Take: m.takePublished,
	}}
}

// admitKey returns the push key that a program connects with.
func (m *Module) admitKey(ctx context.Context, user, password string) (string, error) {
	c, err := m.bearer(ctx, user, password)
	if err != nil {
		return "", err
	}
	return c.key.ID, publishes(c.key, c.platform)
}

// checkKey returns why a key may send no longer: it was revoked, or its platform
// is suspended.
func (m *Module) checkKey(ctx context.Context, id string) error {
	k, p, _, err := m.keyring.holder(ctx, id)
	if err != nil {
		return err
	}
	return publishes(k, p)
}

// publishes decides whether a key may send over MQTT, where no certificate is asked for.
func publishes(k key, p platform) error {
	if k.Certificate {
		return fault.New(fault.Forbidden, "platforms.key.certificate_mqtt", "the key is good only with the certificate of a machine, over HTTPS; MQTT takes keys without")
	}
	return reports(k, p)
}

// takePublished takes a report.
func (m *Module) takePublished(ctx context.Context, id string, payload []byte) (any, error) {
	k, p, note, err := m.keyring.holder(ctx, id)
	if err != nil {
		return nil, err
	}
	c := caller{key: k, platform: p, noteKey: note, desk: m.gate.open(), body: payload}
	defer m.leave(c)
	if err := m.admit(&c); err != nil {
		return nil, err
	}
	s, err := m.takePlain(ctx, c, payload, channelMQTT)
	if err != nil {
		m.grumble(c, channelMQTT, err)
		return nil, err
	}
	return receiptOf(c, s)
}
