//! `say!`, `mark!` and `count!`: what stands in the code as an English text becomes a look into the
//! catalogue. Must not know any language. Use them through `cockpit-say`, which says what they mean.

#[path = "../../say/src/template.rs"]
mod template;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, LitStr, Token, parse_macro_input};

use template::{Part, key, parts};

/// A text in the language of the process: with values a `String`, as of `format!`; without one a
/// `&'static str`.
#[proc_macro]
pub fn say(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let said = parse_macro_input!(input as Said);
    expand(said)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// A text that stands in a constant. It is English there; `said` gives it in the language of the
/// process, as it stands: what is in braces is no value.
#[proc_macro]
pub fn mark(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let text = parse_macro_input!(input as LitStr);
    quote!(#text).into()
}

/// A number of things: `count!(n, "breach", "breaches")` says "1 breach" or "{n} breaches". The
/// catalogue holds both texts, the second with the value `count`.
#[proc_macro]
pub fn count(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let Count { number, one, many } = parse_macro_input!(input as Count);
    let one = LitStr::new(&format!("1 {}", one.value()), one.span());
    let many = LitStr::new(&format!("{{count}} {}", many.value()), Span::mixed_site());
    quote!({
        let count = #number;
        if count == 1 {
            ::std::borrow::ToOwned::to_owned(::cockpit_say::say!(#one))
        } else {
            ::cockpit_say::say!(#many, count = count)
        }
    })
    .into()
}

struct Said {
    text: LitStr,
    values: Vec<(Option<Ident>, Expr)>,
}

impl Parse for Said {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let text = input.parse()?;
        let mut values = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>()?;
            if input.is_empty() {
                break;
            }
            let name = if input.peek(Ident::peek_any) && input.peek2(Token![=]) {
                let name = input.call(Ident::parse_any)?;
                input.parse::<Token![=]>()?;
                Some(name)
            } else {
                None
            };
            values.push((name, input.parse()?));
        }
        Ok(Self { text, values })
    }
}

struct Count {
    number: Expr,
    one: LitStr,
    many: LitStr,
}

impl Parse for Count {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let number = input.parse()?;
        input.parse::<Token![,]>()?;
        let one = input.parse()?;
        input.parse::<Token![,]>()?;
        let many = input.parse()?;
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { number, one, many })
    }
}

fn expand(said: Said) -> syn::Result<TokenStream> {
    let Said { text, values } = said;
    let parts = parts(&text.value()).map_err(|why| syn::Error::new(text.span(), why))?;
    if let [Part::Words(words)] = parts.as_slice()
        && *words == text.value()
        && values.is_empty()
    {
        return Ok(quote!(::cockpit_say::said(#text)));
    }
    let key = key(&parts);
    // Each value is worked out once, whichever text takes it.
    let given: Vec<Ident> = (0..values.len())
        .map(|at| Ident::new(&format!("value_{at}"), Span::mixed_site()))
        .collect();
    let passed = given
        .iter()
        .zip(&values)
        .map(|(value, (name, _))| match name {
            Some(name) => quote!(#name = #value),
            None => quote!(#value),
        });
    let places = places(&parts, &text, &given, &values);
    let works_out = values.iter().map(|(_, value)| quote!(&(#value)));
    // Names of our own that hide none of those that the text captures.
    let translated = Ident::new("translated", Span::mixed_site());
    let said = Ident::new("said", Span::mixed_site());
    let words = quote!(match ::cockpit_say::translated(#key) {
        ::std::option::Option::None => ::std::format!(#text, #(#passed),*),
        ::std::option::Option::Some(#translated) => #translated.fill(&[#(#places),*]),
    });
    // In a statement of its own, so that no temporary outlives it.
    let words = quote!({
        let #said = #words;
        #said
    });
    if values.is_empty() {
        return Ok(words);
    }
    Ok(quote!(match (#(#works_out,)*) {
        (#(#given,)*) => #words,
    }))
}

/// Each value under its name, formatted as the text wants it.
fn places(
    parts: &[Part],
    text: &LitStr,
    given: &[Ident],
    values: &[(Option<Ident>, Expr)],
) -> Vec<TokenStream> {
    let mut places: Vec<(String, TokenStream)> = Vec::new();
    for part in parts {
        let Part::Value { name, spec } = part else {
            continue;
        };
        if places.iter().any(|(known, _)| known == name) {
            continue;
        }
        let how = if spec.is_empty() {
            LitStr::new("{}", text.span())
        } else {
            LitStr::new(&format!("{{:{spec}}}"), text.span())
        };
        let at = name.parse::<usize>().ok().or_else(|| {
            let named = |(it, _): &(Option<Ident>, Expr)| it.as_ref().is_some_and(|it| it == name);
            values.iter().position(named)
        });
        let value = match at.and_then(|at| given.get(at)) {
            Some(value) => value.clone(),
            None => Ident::new(name, text.span()),
        };
        places.push((
            name.clone(),
            quote!((#name, ::std::format_args!(#how, #value))),
        ));
    }
    places.into_iter().map(|(_, place)| place).collect()
}
