//! Each call has its own log, and it ends as Lambda's does.

use crate::lambda::{PATIENT, call_as, kept, settings};
use serde_json::json;

#[tokio::test]
async fn a_log_holds_the_lines_of_its_call_and_lambdas_own() {
    let (host, log) = kept(settings());
    for id in ["first", "second"] {
        let order = json!({ "do": "print", "lines": [format!("hello from {id}")] }).to_string();
        call_as(&host, id, &order, PATIENT).await.unwrap();
    }
    for (id, is_cold) in [("first", true), ("second", false)] {
        let lines = log.of(id);
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert_eq!(lines[0], format!("START RequestId: {id} Version: $LATEST"));
        assert_eq!(lines[1], format!("hello from {id}"));
        assert_eq!(lines[2], lines[1]);
        assert_eq!(lines[3], format!("END RequestId: {id}"));
        let report: Vec<&str> = lines[4].split('\t').collect();
        assert_eq!(report.len(), if is_cold { 6 } else { 5 }, "{report:?}");
        assert_eq!(report[0], format!("REPORT RequestId: {id}"));
        let number = |part: &str, before: &str, after: &str| {
            let text = part.strip_prefix(before).and_then(|part| part.strip_suffix(after));
            text.unwrap_or_else(|| panic!("{part}")).parse::<f64>().unwrap()
        };
        let took = number(report[1], "Duration: ", " ms");
        let billed = number(report[2], "Billed Duration: ", " ms");
        assert!(took > 0.0 && billed >= took && billed.fract() == 0.0);
        assert_eq!(report[3], "Memory Size: 128 MB");
        let used = number(report[4], "Max Memory Used: ", " MB");
        assert!((1.0..128.0).contains(&used));
        if is_cold {
            let init = number(report[5], "Init Duration: ", " ms");
            assert!(billed >= init);
        }
    }
}

#[tokio::test]
async fn a_flood_is_cut_and_its_call_ends_well() {
    let (host, log) = kept(settings());
    let order = json!({ "do": "flood", "lines": 50_000 }).to_string();
    assert_eq!(call_as(&host, "flood", &order, PATIENT).await.unwrap(), json!(null));
    let lines = log.of("flood");
    assert!(lines.len() < 11_000, "{}", lines.len());
    let left_out = lines.iter().filter(|line| line.ends_with("lines more were left out")).count();
    assert_eq!(left_out, 1);
    assert!(lines.last().unwrap().starts_with("REPORT"));
    let order = json!({ "do": "print", "lines": ["short"] }).to_string();
    call_as(&host, "next", &order, PATIENT).await.unwrap();
    assert!(log.of("next").contains(&"short".to_owned()));
}

#[tokio::test]
async fn what_goes_in_and_out_is_not_in_the_log() {
    let (host, log) = kept(settings());
    let order = json!({ "do": "echo", "value": "hunter2" }).to_string();
    call_as(&host, "a", &order, PATIENT).await.unwrap();
    let order = json!({ "do": "throw", "error_type": "E", "message": "hunter2" }).to_string();
    assert!(call_as(&host, "b", &order, PATIENT).await.is_err());
    assert!(!log.all().iter().any(|line| line.contains("hunter2")));
    assert!(log.all().len() >= 6);
}
