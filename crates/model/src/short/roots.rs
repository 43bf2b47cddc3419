//! Messages, errors, escalations and signals, which several events of a file may share.
//!
//! Not the events.

use super::xml::Xml;

/// What events refer to, written after the processes.
#[derive(Default)]
pub(super) struct Roots {
    pub(super) messages: Vec<(String, Option<String>)>,
    pub(super) signals: Vec<String>,
    pub(super) errors: Vec<String>,
    pub(super) escalations: Vec<String>,
}

/// The id of a value in a list, to which it is added if it is new.
pub(super) fn numbered<T: PartialEq>(list: &mut Vec<T>, kind: &str, value: T) -> String {
    let index = list.iter().position(|known| *known == value).unwrap_or_else(|| {
        list.push(value);
        list.len() - 1
    });
    format!("{kind}.{}", index + 1)
}

impl Roots {
    /// Writes all of them.
    pub(super) fn write(&self, xml: &mut Xml) {
        for (index, (name, key)) in self.messages.iter().enumerate() {
            let id = format!("message.{}", index + 1);
            let attributes = [("id", Some(&*id)), ("name", Some(&**name))];
            let Some(key) = key else {
                xml.leaf("bpmn:message", &attributes);
                continue;
            };
            xml.open("bpmn:message", &attributes);
            let mut inner = xml.inside();
            inner.leaf("zeebe:subscription", &[("correlationKey", Some(key))]);
            xml.around("bpmn:extensionElements", &[], &inner);
            xml.close("bpmn:message");
        }
        let coded = [("error", &self.errors), ("escalation", &self.escalations)];
        for (kind, codes) in coded {
            let code_name = if kind == "error" { "errorCode" } else { "escalationCode" };
            for (index, code) in codes.iter().enumerate() {
                let id = format!("{kind}.{}", index + 1);
                let attributes =
                    [("id", Some(&*id)), ("name", Some(&**code)), (code_name, Some(&**code))];
                xml.leaf(&format!("bpmn:{kind}"), &attributes);
            }
        }
        for (index, name) in self.signals.iter().enumerate() {
            let id = format!("signal.{}", index + 1);
            xml.leaf("bpmn:signal", &[("id", Some(&*id)), ("name", Some(name))]);
        }
    }
}
