// Package reach reads the lists that tell how far platforms reach: the frame of
// industrial enterprises that could use one (企业名录框), and those that a platform
// serves, with the evidence (服务企业清单). And it estimates the share of enterprises
// that use a platform (平台普及率) from a survey by strata (分层抽样调查).
//
// The formulas are those of the city: how the nation computes its rate has not been
// published.
package reach
