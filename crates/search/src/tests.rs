//! Without a model: what is ranked by words. What a model adds is measured over HTTP, on labelled queries.

use super::*;

fn shelf(texts: &[(&str, &str)]) -> Shelf {
    let mut shelf = Shelf::new(None);
    for (id, text) in texts {
        shelf.put(id, text);
    }
    shelf
}

fn found<'a>(shelves: &[&'a Shelf], query: &str) -> Vec<&'a str> {
    find(shelves, None, Asked { query, neighbours: 10, total: 100 })
}

#[test]
fn rare_words_and_short_texts_come_first_and_strangers_not_at_all() {
    let all = shelf(&[
        ("long", "a lamp beside the door beside the window beside the wall of the house"),
        ("short", "a lamp"),
        ("both", "a lamp and a zebra"),
        ("none", "nothing of the kind"),
    ]);
    assert_eq!(found(&[&all], "zebra lamps"), ["both", "short", "long"]);
    assert_eq!(found(&[&all], "quagga"), Vec::<&str>::new());
    assert_eq!(found(&[&all], ""), Vec::<&str>::new());
}

#[test]
fn what_is_equal_is_in_the_order_of_ids_and_the_rest_is_cut() {
    let texts: Vec<(String, String)> =
        (0..50).rev().map(|n| (format!("{n:02}"), "same words".to_owned())).collect();
    let texts: Vec<(&str, &str)> = texts.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    let all = shelf(&texts);
    let ids = find(&[&all], None, Asked { query: "words", neighbours: 1, total: 3 });
    assert_eq!(ids, ["00", "01", "02"]);
}

#[test]
fn shelves_are_searched_as_if_they_were_one() {
    let texts = [("a", "blue lamp"), ("b", "red lamp lamp"), ("c", "blue blue door"), ("d", "green door")];
    let whole = shelf(&texts);
    let (one, two) = (shelf(&texts[..1]), shelf(&texts[1..]));
    for query in ["lamp", "blue door", "red green", "lamp door blue"] {
        assert_eq!(found(&[&one, &two], query), found(&[&whole], query), "{query}");
    }
}

#[test]
fn of_a_family_only_the_best_is_found() {
    let mut all = shelf(&[("own", "a lamp beside a door and a window")]);
    for (family, id, text) in [
        (7, "b", "lamp lamp door"),
        (7, "a", "lamp lamp lamp"),
        (7, "c", "door"),
        (8, "d", "door and wall"),
        (8, "e", "door and wall"),
    ] {
        all.put_into(Some(family), id, text);
    }
    assert_eq!(found(&[&all], "lamp"), ["a", "own"]);
    assert_eq!(found(&[&all], "door"), ["c", "d", "own"]);
}

#[test]
fn a_text_that_comes_again_replaces_its_earlier_form() {
    let mut all = shelf(&[("a", "a lamp"), ("b", "a lamp and a lamp")]);
    all.put("a", "a door");
    assert_eq!((found(&[&all], "lamp"), found(&[&all], "door"), all.len()), (vec!["b"], vec!["a"], 2));
    let anew = shelf(&[("a", "a door"), ("b", "a lamp and a lamp")]);
    assert_eq!(found(&[&all], "a lamp"), found(&[&anew], "a lamp"));
    assert!(!all.is_worn());
    (0..2000).for_each(|_| all.put("a", "a door"));
    assert!(all.is_worn());
}
