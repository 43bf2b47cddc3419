//! Files in a multipart body.
//!
//! Not here: what is in the files.

use crate::extract::read;
use crate::limits::{MULTIPART_BYTES_MAX, MULTIPART_FILES_MAX};
use crate::problem::Problem;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use runtime::request::Resource;

/// What a form brought.
#[derive(Debug, Default)]
pub(crate) struct Form {
    /// Files under the name `resources`, in order.
    pub(crate) resources: Vec<Resource>,
    /// The text under the name `tenantId`.
    pub(crate) tenant_id: Option<String>,
}

/// Reads a form whole; the routes that use it switch off the framework's own limit.
pub(crate) async fn form(request: Request) -> Result<Form, Problem> {
    let (parts, body) = request.into_parts();
    let body = read(body, MULTIPART_BYTES_MAX).await?;
    let request = Request::from_parts(parts, Body::from(body));
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|_| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            "Expected a `multipart/form-data` body with a boundary, but found something else.",
        )
    })?;
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await.map_err(|error| broken(&error))? {
        match field.name() {
            Some("resources") => form.resources.push(resource(field).await?),
            Some("tenantId") => {
                form.tenant_id = Some(field.text().await.map_err(|error| broken(&error))?);
            }
            other => {
                return Err(Problem::invalid(format!(
                    "Expected form fields `resources` and `tenantId`, but found `{}`.",
                    other.unwrap_or_default()
                )));
            }
        }
        if form.resources.len() > MULTIPART_FILES_MAX {
            return Err(Problem::too_large(format!(
                "Expected at most {MULTIPART_FILES_MAX} files, but found more."
            )));
        }
    }
    if form.resources.is_empty() {
        return Err(Problem::invalid(
            "Expected at least one file in the form field `resources`, but found none.",
        ));
    }
    Ok(form)
}

async fn resource(field: Field<'_>) -> Result<Resource, Problem> {
    let name = field.file_name().unwrap_or_default().to_owned();
    if name.is_empty() || name.contains('\0') {
        return Err(Problem::invalid("Expected every file to have a name, but found one without."));
    }
    let content = field.bytes().await.map_err(|error| broken(&error))?;
    Ok(Resource { name, content: content.into() })
}

fn broken(error: &MultipartError) -> Problem {
    Problem::invalid(format!("Expected a whole multipart form, but found this: {error}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: &str, body: &str) -> Request {
        let body = Body::from(body.replace('\n', "\r\n"));
        Request::post("/").header("content-type", kind).body(body).unwrap()
    }

    const KIND: &str = "multipart/form-data; boundary=x";

    #[tokio::test]
    async fn reads_files_and_the_tenant() {
        let body = "--x\nContent-Disposition: form-data; name=\"resources\"; \
                    filename=\"a.bpmn\"\nContent-Type: text/xml\n\n<a/>\n\
                    --x\nContent-Disposition: form-data; name=\"tenantId\"\n\n<default>\n--x--\n";
        let form = form(request(KIND, body)).await.unwrap();
        let [file] = &form.resources[..] else { panic!() };
        assert_eq!((file.name.as_str(), file.content.as_slice()), ("a.bpmn", &b"<a/>"[..]));
        assert_eq!(form.tenant_id.as_deref(), Some("<default>"));
    }

    #[tokio::test]
    async fn says_what_was_expected_of_a_form() {
        for (kind, body, part) in [
            ("application/json", "{}", "multipart/form-data"),
            ("multipart/form-data", "", "with a boundary"),
            (KIND, "--x--\n", "found none"),
            (KIND, "--x\nContent-Disposition: form-data; name=\"resources\"\n\na\n--x--\n", "name"),
            (KIND, "--x\nContent-Disposition: form-data; name=\"file\"\n\na\n--x--\n", "`file`"),
            (KIND, "--x\nContent-Disposition: form-data; name=\"resources\"", "whole"),
        ] {
            let problem = form(request(kind, body)).await.unwrap_err();
            assert!(problem.detail.contains(part), "{body}: {}", problem.detail);
        }
    }
}
