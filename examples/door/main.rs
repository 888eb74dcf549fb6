//! A terminal at a door: who is this, let them in, how many are there, and what a device kept without a connection.
//!
//! ```sh
//! cargo run --example door                                   # a small conference of its own, commands from the keyboard
//! cargo run --example door -- 'search example' 'in 1' count  # or from the arguments, each one command
//! cargo run --example door -- --log target/network_year --gathering conference
//! ```
//!
//! `help` lists the commands. With `--log` it works on a log that is there, such as `network_year` leaves.

#![allow(clippy::print_stdout, reason = "the program's output")]

use std::io::{BufRead, stdin};

use gather::{Desk, GatheringId, Lists, Position};

mod own;
mod terminal;

use terminal::{Next, Terminal};

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    let Asked { log, gathering, commands } = Asked::read(std::env::args().skip(1))?;
    let (desk, on) = match log {
        Some(folder) => {
            let desk = Desk::open(folder)?;
            let on = find(&desk, gathering.as_deref().unwrap_or_default())?;
            (desk, on)
        }
        None => own::conference()?,
    };
    let mut terminal = Terminal::at(desk, on)?;
    println!("{}", terminal.heading()?);
    if !commands.is_empty() {
        return run(&mut terminal, commands.into_iter().map(Ok));
    }
    run(&mut terminal, stdin().lock().lines())
}

/// Does one command after the other. One that cannot be done is told, and the next is asked for.
fn run(
    terminal: &mut Terminal,
    commands: impl Iterator<Item = std::io::Result<String>>,
) -> Result<(), Fault> {
    for command in commands {
        let command = command?;
        match terminal.does(&command) {
            Ok(Next::Quit) => break,
            Ok(Next::Told(text)) => println!("{text}"),
            Err(fault) => println!("{command}: {fault}"),
        }
    }
    Ok(())
}

/// What the arguments say.
struct Asked {
    log: Option<String>,
    gathering: Option<String>,
    commands: Vec<String>,
}

impl Asked {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Fault> {
        let mut asked = Self { log: None, gathering: None, commands: Vec::new() };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--log" => asked.log = Some(arguments.next().ok_or("--log needs a folder")?),
                "--gathering" => {
                    asked.gathering = Some(arguments.next().ok_or("--gathering needs words of its title")?);
                }
                _ => asked.commands.push(argument),
            }
        }
        Ok(asked)
    }
}

/// The gathering with some words in its title; of several, the one that most people are on.
fn find(desk: &Desk, words: &str) -> Result<GatheringId, Fault> {
    let mut lists = Lists::new();
    let mut after = Position::START;
    loop {
        let page = desk.read_log(after, 1_000)?;
        let Some(last) = page.batches.last() else { break };
        after = last.last();
        page.batches
            .iter()
            .flat_map(gather::log::StoredBatch::records)
            .for_each(|record| lists.apply(&record));
    }
    let words = words.to_lowercase();
    let gatherings = lists.gatherings().into_iter();
    let named = gatherings.filter(|card| card.announcement().title.to_lowercase().contains(&words));
    let most = named.max_by_key(|card| card.presence_counts().total());
    Ok(most.ok_or("there is no such gathering")?.id())
}
