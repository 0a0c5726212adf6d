//! Answers that are spoilt on purpose, always the same for the same request.

use serde_json::Value;

use crate::{
    answer::Answer,
    draw::{Draw, hash},
};

/// How an answer is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    /// It ends in the middle.
    Cut,
    /// One of its fields has another name everywhere.
    Renamed,
    /// All its numbers are texts.
    NumbersAsTexts,
}

/// Spoils that share of the answers that are whole; `request` is what was asked.
pub(crate) fn spoil(answer: Answer, share: f64, seed: u64, request: &str) -> Answer {
    if answer.status != 200 || share <= 0.0 {
        return answer;
    }
    let mut draw = Draw::new(seed, "malformed", hash(request.as_bytes()));
    if !draw.chance(share) {
        return answer;
    }
    let flaw = [Flaw::Cut, Flaw::Renamed, Flaw::NumbersAsTexts][draw.below(3)];
    let body = match (flaw, serde_json::from_slice::<Value>(&answer.body)) {
        (Flaw::Renamed, Ok(mut value)) => {
            let mut names = Vec::new();
            gather(&value, &mut names);
            if names.is_empty() {
                return answer;
            }
            names.sort_unstable();
            names.dedup();
            let name = names.swap_remove(draw.below(names.len()));
            rename(&mut value, &name);
            value.to_string().into_bytes()
        }
        (Flaw::NumbersAsTexts, Ok(mut value)) => {
            numbers_as_texts(&mut value);
            value.to_string().into_bytes()
        }
        // Of a page nothing else is known.
        (Flaw::Cut, _) | (_, Err(_)) => answer.body[..answer.body.len() * 2 / 3].to_vec(),
    };
    Answer {
        body: body.into(),
        ..answer
    }
}

fn gather(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                names.push(name.clone());
                gather(value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn rename(value: &mut Value, name: &str) {
    match value {
        Value::Object(fields) => {
            if let Some(value) = fields.remove(name) {
                fields.insert(format!("new_{name}"), value);
            }
            fields.values_mut().for_each(|value| rename(value, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn numbers_as_texts(value: &mut Value) {
    match value {
        Value::Number(number) => *value = Value::String(number.to_string()),
        Value::Object(fields) => fields.values_mut().for_each(numbers_as_texts),
        Value::Array(items) => items.iter_mut().for_each(numbers_as_texts),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_share_of_the_answers_is_spoilt_in_each_way_and_always_alike() {
        let whole = || Answer::json(200, &json!({"id": "1", "list": [{"count": 5}]}));
        let spoilt = |number: u32, share| spoil(whole(), share, 1, &format!("/x/{number}")).body;
        let text = |number, share| String::from_utf8(spoilt(number, share).to_vec()).unwrap();
        let (mut cut, mut renamed, mut texts) = (0, 0, 0);
        for number in 0..1_000 {
            assert_eq!(spoilt(number, 0.3), spoilt(number, 0.3));
            assert_eq!(spoilt(number, 0.0), whole().body);
            let body = text(number, 0.3);
            match serde_json::from_str::<Value>(&body) {
                Err(_) => cut += 1,
                Ok(_) if body.contains("\"new_") => renamed += 1,
                Ok(value) if value["list"][0]["count"] == "5" => texts += 1,
                Ok(value) => assert_eq!(value["list"][0]["count"], 5),
            }
        }
        let all = cut + renamed + texts;
        assert!((250..350).contains(&all), "{all}");
        assert!(
            cut > 60 && renamed > 60 && texts > 60,
            "{cut} {renamed} {texts}"
        );
    }
}
