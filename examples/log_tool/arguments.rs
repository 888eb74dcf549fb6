//! What is asked for on the command line.

/// A command with all that it needs.
pub(crate) struct Asked<'a> {
    pub(crate) command: &'static str,
    /// As many as the command needs.
    pub(crate) paths: Vec<&'a str>,
    /// Options by their names, each with what follows it; nothing where it stands alone.
    pub(crate) options: Vec<(&'static str, &'a str)>,
}

/// What a command needs and takes.
struct Command {
    name: &'static str,
    paths: &'static [&'static str],
    options: &'static [Choice],
}

struct Choice {
    name: &'static str,
    /// What has to follow it, if anything.
    needs: Option<&'static str>,
}

const fn with_id(name: &'static str) -> Choice {
    Choice { name, needs: Some("an id") }
}

const fn alone(name: &'static str) -> Choice {
    Choice { name, needs: None }
}

pub(crate) const HELP: &str = "help";
const ABOUT: &[Choice] = &[with_id("--gathering"), with_id("--person"), with_id("--registration")];
const COMMANDS: [Command; 7] = [
    Command { name: "verify", paths: &["PATH"], options: &[] },
    Command { name: "show", paths: &["PATH"], options: ABOUT },
    Command { name: "export", paths: &["PATH"], options: &[] },
    Command { name: "import", paths: &["FILE", "TO"], options: &[] },
    Command { name: "backup", paths: &["PATH", "TO"], options: &[] },
    Command { name: "salvage", paths: &["PATH", "TO"], options: &[alone("--prefix-only")] },
    Command { name: "rebuild-head", paths: &["PATH"], options: &[] },
];

impl<'a> Asked<'a> {
    /// # Errors
    /// What is wrong, in a line.
    pub(crate) fn read(arguments: &[&'a str]) -> Result<Self, String> {
        let [name, rest @ ..] = arguments else { return Err("a command is missing".to_owned()) };
        if *name == HELP || arguments.iter().any(|it| matches!(*it, "--help" | "-h")) {
            return Ok(Self { command: HELP, paths: Vec::new(), options: Vec::new() });
        }
        if name.starts_with('-') {
            return Err(format!("the command comes first, and {name} is none"));
        }
        let Some(command) = COMMANDS.iter().find(|command| command.name == *name) else {
            return Err(format!("there is no command {name}"));
        };
        let mut asked = Self { command: command.name, paths: Vec::new(), options: Vec::new() };
        asked.take(command, rest)?;
        command.check_paths(&asked.paths)?;
        Ok(asked)
    }

    fn take(&mut self, command: &Command, arguments: &[&'a str]) -> Result<(), String> {
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            if !argument.starts_with('-') {
                self.paths.push(argument);
                continue;
            }
            let option = command.option(argument)?;
            let value = match option.needs {
                None => "",
                Some(what) => arguments.next().ok_or_else(|| format!("{argument} needs {what}"))?,
            };
            self.options.push((option.name, value));
        }
        Ok(())
    }

    pub(crate) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|(name, _)| *name == option)
    }
}

impl Command {
    fn option(&self, name: &str) -> Result<&Choice, String> {
        let found = self.options.iter().find(|option| option.name == name);
        found.ok_or_else(|| format!("{} knows no option {name}", self.name))
    }

    fn check_paths(&self, paths: &[&str]) -> Result<(), String> {
        if let Some(missing) = self.paths.get(paths.len()) {
            return Err(format!("{missing} is missing: log_tool {} {}", self.name, self.paths.join(" ")));
        }
        let Some(one_more) = paths.get(self.paths.len()) else { return Ok(()) };
        let all = self.paths.join(" ");
        Err(format!("{one_more} is an argument too many: log_tool {} {all}", self.name))
    }
}
