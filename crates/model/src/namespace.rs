//! The XML namespaces this product knows.
//!
//! Not their contents; see `vocabulary`.

/// Whose element or attribute it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// BPMN 2.0 itself (OMG formal/2011-01-03).
    Bpmn,
    /// Camunda 7 and its ancestors: read by nobody here, named in a warning.
    Camunda7,
    /// BPMN diagram interchange: kept as it is.
    Di,
    /// Anything else.
    Other,
    /// This product's own extensions.
    Segue,
    /// Camunda 8 extensions.
    Zeebe,
}

impl Namespace {
    /// The namespace URI written in files, empty for [`Namespace::Other`].
    pub fn uri(self) -> &'static str {
        match self {
            Self::Bpmn => "http://www.omg.org/spec/BPMN/20100524/MODEL",
            Self::Camunda7 => "http://camunda.org/schema/1.0/bpmn",
            Self::Di => "http://www.omg.org/spec/BPMN/20100524/DI",
            Self::Other => "",
            Self::Segue => "urn:segue:bpmn:1.0",
            Self::Zeebe => "http://camunda.org/schema/zeebe/1.0",
        }
    }

    /// Whose URI this is.
    pub fn of(uri: &str) -> Self {
        match uri {
            "http://www.omg.org/spec/BPMN/20100524/MODEL" => Self::Bpmn,
            "http://activiti.org/bpmn" | "http://camunda.org/schema/1.0/bpmn" => Self::Camunda7,
            "http://www.omg.org/spec/BPMN/20100524/DI"
            | "http://www.omg.org/spec/DD/20100524/DC"
            | "http://www.omg.org/spec/DD/20100524/DI" => Self::Di,
            "urn:segue:bpmn:1.0" => Self::Segue,
            "http://camunda.org/schema/zeebe/1.0" => Self::Zeebe,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_uri_leads_back_to_its_namespace() {
        for known in [
            Namespace::Bpmn,
            Namespace::Camunda7,
            Namespace::Di,
            Namespace::Other,
            Namespace::Segue,
            Namespace::Zeebe,
        ] {
            assert_eq!(Namespace::of(known.uri()), known);
        }
    }
}
