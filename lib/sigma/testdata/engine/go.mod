module sigmaengine

go 1.26.7

require github.com/markuskont/go-sigma-rule-engine v0.3.0

require (
	github.com/gobwas/glob v0.2.3 // indirect
	gopkg.in/yaml.v2 v2.4.0 // indirect
)
