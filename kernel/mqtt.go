package kernel

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
)

// mqttPorts are the ways in over MQTT.
type mqttPorts struct{ plain, secure net.Listener }

// openMQTT takes the ports that are configured.
func (k *Kernel) openMQTT(ctx context.Context) (err error) {
	if k.mqtt.plain, err = k.listenMQTT(ctx, "mqtt-listen", k.cfg.MQTT.Listen); err != nil {
		return err
	}
	if k.mqtt.plain != nil {
		k.broker.Listen(k.mqtt.plain)
	}
	if k.mqtt.secure, err = k.listenMQTT(ctx, "mqtt-tls-listen", k.cfg.MQTT.TLSListen); err != nil {
		return err
	}
	if k.mqtt.secure != nil {
		k.broker.Listen(tls.NewListener(k.mqtt.secure, &tls.Config{
			MinVersion: tls.VersionTLS12, ClientAuth: tls.RequestClientCert, GetConfigForClient: k.secure.configFor("mqtt"),
		}))
	}
	return nil
}

func (k *Kernel) listenMQTT(ctx context.Context, key, address string) (net.Listener, error) {
	if address == "" {
		return nil, nil //nolint:nilnil // it is off
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", key, err)
	}
	return l, nil
}

// mqttAddress is what programs best reach MQTT under; empty when it is off.
func (k *Kernel) mqttAddress() string {
	for _, a := range k.mqttAddresses() {
		return a
	}
	return ""
}

// mqttAddresses are what programs reach MQTT under, the encrypted way first: the
// ports by the name that the web has.
func (k *Kernel) mqttAddresses() (list []string) {
	u, err := url.Parse(k.Address())
	if err != nil {
		return nil
	}
	for _, way := range []struct {
		scheme string
		l      net.Listener
	}{{"mqtts", k.mqtt.secure}, {"mqtt", k.mqtt.plain}} {
		if way.l == nil {
			continue
		}
		if _, port, err := net.SplitHostPort(way.l.Addr().String()); err == nil {
			list = append(list, way.scheme+"://"+net.JoinHostPort(u.Hostname(), port))
		}
	}
	return list
}
