package kernel

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"linghang/kernel/health"
	"linghang/kernel/lang"
)

// certificateSoon is when somebody should renew a certificate.
const certificateSoon = 21 * 24 * time.Hour

// checkConfiguration names settings that work and are not wise.
func (d *doctor) checkConfiguration() {
	c := d.k.cfg
	title := lang.Text{ZH: "配置", EN: "Configuration"}
	before := len(d.list)
	warn := func(check string, note, mend lang.Text) {
		d.add("configuration."+check, title, health.Finding{State: health.Degraded, Note: note, Mend: mend})
	}
	if !isLocal(c.HTTP) && c.PublicURL == "" && c.HTTP != "off" {
		warn("public-url", lang.Text{ZH: c.HTTP + " 对网络开放，但没有 public-url：链接会指向本机地址", EN: c.HTTP + " is open to the network and there is no public-url: links will name this machine"},
			lang.Text{ZH: "将 public-url 设为浏览器使用的地址", EN: "Set public-url to the address that browsers use"})
	}
	if strings.HasPrefix(c.PublicURL, "http://") {
		if u, err := url.Parse(c.PublicURL); err == nil && !isLocal(u.Host) {
			warn("public-url", lang.Text{ZH: "public-url 不是 https：口令会明文传输", EN: "public-url is not https: passwords travel in clear"},
				lang.Text{ZH: "在前面放一个终结 TLS 的反向代理，并把 public-url 改为 https://", EN: "Put a proxy in front that ends TLS, and make public-url https://"})
		}
	}
	d.checkProxy(warn)
	if info, err := os.Stat(c.File); c.File != "" && err == nil && info.Mode().Perm()&0o007 != 0 && (c.DatabaseURL+c.NATSURL+c.BlobsURL != "") {
		warn("file", lang.Text{ZH: c.File + " 可被本机所有用户读取，其中可能有口令", EN: c.File + " can be read by everybody on this machine, and may hold passwords"}, same("chmod 640 %s", c.File))
	}
	if len(d.list) == before {
		d.add("configuration", title, health.Finding{Note: lang.Text{ZH: "没有可疑之处", EN: "nothing stands out"}})
	}
}

// checkProxy compares where the port listens with whom it believes.
func (d *doctor) checkProxy(warn func(check string, note, mend lang.Text)) {
	c, local := d.k.cfg, isLocal(d.k.cfg.HTTP)
	if c.PublicURL != "" && local && !c.TrustProxy {
		warn("trust-proxy", lang.Text{ZH: "有反向代理，但 trust-proxy 为 false：所有来源地址都会显示为代理的地址", EN: "there is a proxy and trust-proxy is false: everybody seems to come from the proxy"},
			lang.Text{ZH: "将 trust-proxy 设为 true", EN: "Set trust-proxy to true"})
	}
	if c.TrustProxy && !local && c.HTTP != "off" {
		warn("trust-proxy", lang.Text{ZH: "trust-proxy 为 true 而端口对网络开放：来源地址可以伪造", EN: "trust-proxy is true and the port is open to the network: the caller's address can be forged"},
			lang.Text{ZH: "让 http 只监听代理所在的地址，例如 127.0.0.1:8080", EN: "Let http listen where only the proxy is, such as 127.0.0.1:8080"})
	}
}

func isLocal(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkServing asks whoever answers on the port how it is; a free port is good too.
func (d *doctor) checkServing(ctx context.Context) {
	address := d.k.cfg.HTTP
	if address == "off" {
		return
	}
	title := lang.Text{ZH: "端口 " + address, EN: "Port " + address}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(address)+"/healthz", nil)
	if err != nil {
		d.add("port", title, health.Failed(err, lang.Text{}))
		return
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		d.checkFree(ctx, title, address)
		return
	}
	defer resp.Body.Close() //nolint:errcheck // what was read tells
	var answer struct {
		Status     string          `json:"status"`
		Components []health.Report `json:"components"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, 1<<20)).Decode(&answer); err != nil || answer.Status != "alive" {
		d.add("port", title, health.Finding{
			State: health.Down, Note: lang.Text{ZH: "另一个程序占用了这个端口", EN: "another program answers there"},
			Mend: lang.Text{ZH: "停止该程序，或改配置 http", EN: "Stop that program, or change the configuration http"},
		})
		return
	}
	d.add("port", title, health.Finding{Note: lang.Text{ZH: "本程序正在服务", EN: "the program serves there"}})
	for _, x := range answer.Components {
		if x.State != health.Good {
			d.add("serving."+x.ID, lang.Text{ZH: "运行中：" + x.Title.ZH, EN: "Serving: " + x.Title.EN}, health.Finding{State: x.State, Note: x.Note, Mend: x.Mend})
		}
	}
}

// checkFree sees whether the port could be taken: nobody answered there.
func (d *doctor) checkFree(ctx context.Context, title lang.Text, address string) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		d.add("port", title, health.Failed(err, lang.Text{
			ZH: "端口被占用或无权使用：改配置 http，或停止占用它的程序（ss -ltnp）", EN: "It is taken, or not allowed: change the configuration http, or stop who holds it (ss -ltnp)",
		}))
		return
	}
	_ = l.Close() // it was only a look
	d.add("port", title, health.Finding{Note: lang.Text{ZH: "空闲；本程序没有在运行", EN: "free; the program does not run"}})
}

// reachable is the address under which this machine reaches a listener.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// checkCertificates looks at the certificates of the addresses that are https.
func (d *doctor) checkCertificates(ctx context.Context) {
	for _, x := range d.k.secureAddresses() {
		d.add("certificate."+x.key, lang.Text{ZH: "证书 " + x.host, EN: "Certificate of " + x.host}, certificate(ctx, x.host, nil))
	}
}

type secureAddress struct{ key, host string }

func (k *Kernel) secureAddresses() (list []secureAddress) {
	for key, text := range map[string]string{"public-url": k.cfg.PublicURL, "otlp-url": k.cfg.OTLPURL} {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" {
			continue
		}
		host := u.Host
		if u.Port() == "" {
			host = net.JoinHostPort(u.Hostname(), "443")
		}
		list = append(list, secureAddress{key, host})
	}
	slices.SortFunc(list, func(a, b secureAddress) int { return strings.Compare(a.key, b.key) })
	return list
}

func renewAtProxy() lang.Text {
	return lang.Text{ZH: "在反向代理上更新证书", EN: "Renew the certificate at the proxy"}
}

// certificate says how long the certificate at host is good for.
func certificate(ctx context.Context, host string, cfg *tls.Config) health.Finding {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	renew := renewAtProxy()
	conn, err := (&tls.Dialer{Config: cfg}).DialContext(ctx, "tcp", host)
	if err != nil {
		f := health.Failed(err, lang.Text{ZH: "检查该地址能否从本机访问、证书链是否完整", EN: "See that this machine reaches the address, and that the chain of certificates is whole"})
		if _, invalid := errors.AsType[*tls.CertificateVerificationError](err); !invalid {
			f.State = health.Degraded // a machine may not reach its own public address
			return f
		}
		f.Mend = renew
		return f
	}
	defer conn.Close() //nolint:errcheck // it was only a look
	c, ok := conn.(*tls.Conn)
	if !ok || len(c.ConnectionState().PeerCertificates) == 0 {
		return health.Finding{State: health.Degraded, Note: lang.Text{ZH: "没有证书", EN: "there is no certificate"}}
	}
	until := c.ConnectionState().PeerCertificates[0].NotAfter
	f := health.Finding{Note: lang.Text{ZH: "有效至 " + until.Format(time.DateOnly), EN: "good until " + until.Format(time.DateOnly)}}
	if left := time.Until(until); left < certificateSoon {
		f.State, f.Mend = health.Degraded, renew
		f.Note = lang.Text{ZH: fmt.Sprintf("%d 天后到期（%s）", int(left.Hours()/24), until.Format(time.DateOnly)), EN: fmt.Sprintf("ends in %d days (%s)", int(left.Hours()/24), until.Format(time.DateOnly))}
	}
	return f
}
