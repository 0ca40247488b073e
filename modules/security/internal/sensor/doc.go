// Package sensor takes what probes of enterprises send (在线监测), keeps it, and shows it
// to the enterprise, and to the city as far as the enterprise consents.
//
// A sensor is a machine of an enterprise that listens to its network. A batch is taken
// once: its number in its spool's stream says which it is, whatever happens to the
// connection; a repeat changes nothing and is counted, and another batch under a number
// that is taken is refused. What is missing between numbers is shown beside what the
// probe itself counted as lost, so that losses are known from end to end.
//
// Consent is the enterprise's to give and to take back: none, figures (how the sensor is
// and how much of which protocol, no addresses), or detail. Each look of others at the
// detail is written down where the enterprise reads it.
//
// Times of a live capture are put right by how far the probe's clock is off when it sends;
// captures of long ago keep their own.
//
// Tables: security_sensor and those that begin with its name. Tells: nothing. Hears: nothing.
package sensor
