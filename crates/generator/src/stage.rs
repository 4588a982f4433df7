//! One stage from its request to its end. Every command changes nothing when it is repeated, so after a crash all of it is
//! simply done again.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::try_join_all;
use futures::stream::{self, StreamExt};
use touchstone_aggregates::harness_config::{HarnessConfig, Release};
use touchstone_aggregates::harness_stage::{Function as Callee, HarnessStage, Plan, StageFile, Wish, Worded};
use touchstone_aggregates::prompt::Lineage as Recorded;
use touchstone_commands::harness_config::{CreateHarnessConfig, NewScenario};
use touchstone_commands::harness_stage::{
    CompleteGeneration, FailGeneration, ProgressGeneration, WordPrompts,
};
use touchstone_commands::probe_config::{CreateProbeConfig, Item};
use touchstone_commands::prompt::CreatePrompt;
use touchstone_event_store::Store;
use touchstone_extract::{Kind as DocumentKind, Reader};
use touchstone_files::{Files, FilesError, Key};
use touchstone_kernel::{Actor, Clock, Command, Handle, Kind, Meta, Owned, Rejection, Sealed};
use touchstone_vocabulary::{
    Family, FileId, HarnessId, LineageKind, MAX_INDEXED_BYTES, MediaType, ScenarioId, StageId, StageStatus,
    Version,
};
use uuid::Uuid;

use crate::board::Cause;
use crate::generator::NAME;
use crate::language::foreign;
use crate::make::{Made, Order, Probe, Prompt, make};
use crate::material::{Document, Function, Lineage, Material};
use crate::scribe::Scribe;
use crate::wording::{Portion, asked, portions, word};

/// Commands on their way at once.
const AT_ONCE: usize = 8;
/// Calls to the model under way at once.
const CALLS: usize = 4;

/// Why a making ends without a harness.
enum Fault {
    /// For good: one sentence for people.
    Unmakeable(String),
    /// For now.
    Away(Rejection),
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Refused { message, .. } => Self::Unmakeable(message),
            other => Self::Away(other),
        }
    }
}

/// What a making works with.
#[derive(Clone)]
pub struct Tools {
    pub store: Store,
    pub files: Files,
    pub reader: Reader,
    /// The model that words prompts, where there is one.
    pub scribe: Option<Scribe>,
    pub clock: Arc<dyn Clock>,
}

/// A stage that is being made.
pub struct Making {
    tools: Tools,
    pub stage: Owned<StageId>,
    cause: Cause,
}

impl Making {
    pub const fn new(tools: Tools, stage: Owned<StageId>, cause: Cause) -> Self {
        Self { tools, stage, cause }
    }

    /// Makes it, to whatever end. An error is of this machine: the making is to be begun again.
    pub async fn run(&self) -> Result<(), Rejection> {
        let state = self.tools.store.load::<HarnessStage>(&self.stage).await?.state;
        let HarnessStage::Generating { plan, wish, .. } = state else { return Ok(()) };
        let Owned { team, id } = self.stage;
        let ended = match self.attempt(&plan, &wish).await {
            Ok((version, said)) => {
                self.tell("complete", CompleteGeneration { team, id, version, said }).await
            }
            Err(Fault::Unmakeable(cause)) => self.tell("fail", FailGeneration { team, id, cause }).await,
            Err(Fault::Away(rejection)) => return Err(rejection),
        };
        match ended {
            // It has ended meanwhile.
            Ok(()) | Err(Rejection::Refused { .. }) => Ok(()),
            Err(rejection) => Err(rejection),
        }
    }

    /// The version that was made, and for people what it holds.
    async fn attempt(&self, plan: &Plan, wish: &Wish) -> Result<(Version, String), Fault> {
        self.progress(StageStatus::InProgress, "The generator has begun.".to_owned()).await?;
        self.progress(StageStatus::Reading, "Reading what the harness is made from.".to_owned()).await?;
        let material = self.material(plan).await?;
        let writing = match &self.tools.scribe {
            Some(scribe) => format!("Writing prompts, with the help of {}.", scribe.writer()),
            None => "Writing prompts from templates.".to_owned(),
        };
        self.progress(StageStatus::Creating, writing).await?;
        let remarks = remarks(plan, &material);
        let order = Order {
            stage: self.stage.id.0,
            prompts: wish.prompts.clone(),
            persona_goals: wish.persona_goals,
        };
        let made = tokio::task::spawn_blocking(move || make(&material, &order)).await;
        let Made { mut probes, left_out } = match made {
            Ok(made) => {
                made.map_err(|fault| Fault::Unmakeable(with_remarks(&fault.to_string(), &remarks)))?
            }
            Err(_) => return Err(Fault::Unmakeable("no prompts can be made of this".to_owned())),
        };
        let all: Vec<String> =
            left_out.into_iter().map(|what| format!("Left out: {what}.")).chain(remarks).collect();
        let said = self.word(&mut probes).await?;
        self.progress(StageStatus::Saving, format!("Saving {said}")).await?;
        self.save(&probes).await?;
        // Of a stage that was taken down meanwhile nothing is made.
        self.progress(StageStatus::Saving, format!("Saving {said}")).await?;
        Ok((self.release(plan, wish, &probes).await?, with_remarks(&said, &all)))
    }

    /// Has the model word what it may, and says of how many prompts the words are whose. What was kept before is used
    /// again; a model that does not answer is asked no more, and the rest stay templates.
    async fn word(&self, probes: &mut [Probe]) -> Result<String, Rejection> {
        let (status, mut kept) = self.kept().await?;
        if let Some(scribe) = &self.tools.scribe {
            let open: Vec<Portion> = portions(probes)
                .into_iter()
                .filter(|portion| status < StageStatus::Saving && !kept.contains_key(&portion.number))
                .collect();
            let mut known = asked(probes, kept.values());
            let ask = |portion: Portion| {
                let scribe = scribe.clone();
                async move { (scribe.ask(&portion).await, portion) }
            };
            let mut answers = stream::iter(open).map(ask).buffered(CALLS);
            let mut answered = !kept.values().any(|worded| worded.fault.is_some());
            while answered && let Some((answer, portion)) = answers.next().await {
                answered = answer.is_ok();
                let Owned { team, id } = self.stage;
                let (wordings, fault) = match answer {
                    Ok(text) => (portion.read(&text, &mut known), None),
                    Err(fault) => (BTreeMap::new(), Some(fault.to_string())),
                };
                let (number, writer) = (portion.number, scribe.writer());
                let words = WordPrompts { team, id, portion: number, writer, wordings, fault };
                self.tell(&format!("portion/{number}"), words).await?;
            }
            drop(answers);
            kept = self.kept().await?.1;
        }
        let worded = word(probes, kept.values());
        Ok(said(probes, worded, &kept))
    }

    /// How far the making is, and what was kept of a model's words.
    async fn kept(&self) -> Result<(StageStatus, BTreeMap<u32, Worded>), Rejection> {
        Ok(match self.tools.store.load::<HarnessStage>(&self.stage).await?.state {
            HarnessStage::Generating { status, worded, .. } => (status, worded),
            HarnessStage::Absent
            | HarnessStage::Draft(_)
            | HarnessStage::Completed { .. }
            | HarnessStage::Failed(_)
            | HarnessStage::Deleted => (StageStatus::Completed, BTreeMap::new()),
        })
    }

    /// All that the draft holds, with the texts of the files that came in.
    async fn material(&self, plan: &Plan) -> Result<Material, Fault> {
        let mut documents = Vec::new();
        for (id, file) in &plan.files {
            // What was announced and never brought is not there.
            if let Some(digest) = &file.digest {
                documents.push(self.document(*id, file, digest.text()).await?);
            }
        }
        let draft = &plan.draft;
        let function = draft.function.as_ref().map(|callee| {
            let Callee { input_schema, output_schema, route } = callee;
            Function {
                route: route.as_ref().map(|route| route.text().to_owned()),
                input_schema: input_schema.text().to_owned(),
                output_schema: output_schema.text().to_owned(),
            }
        });
        Ok(Material {
            system_prompt: draft
                .system_prompt
                .as_ref()
                .map_or_else(String::new, |text| text.text().to_owned()),
            documents,
            function,
            personas: draft.personas.clone().unwrap_or_default(),
        })
    }

    async fn document(&self, file: FileId, about: &StageFile, digest: &str) -> Result<Document, Fault> {
        let away = |fault: &dyn std::error::Error| Fault::Away(Rejection::Unavailable(fault.to_string()));
        let name = about.name.text().to_owned();
        let key = Key { team: self.stage.team, file };
        let content = match self.tools.files.read(key, digest).await {
            Ok(Some(content)) => content,
            Ok(None) | Err(FilesError::Altered) => {
                let sentence =
                    format!("{name}: it is not there any more as it was; bring it again to a new stage");
                return Err(Fault::Unmakeable(sentence));
            }
            Err(fault) => return Err(away(&fault)),
        };
        let kind = match about.media {
            MediaType::Pdf => DocumentKind::Pdf,
            MediaType::Plain | MediaType::Markdown => DocumentKind::Text,
            MediaType::Csv => DocumentKind::Csv,
            MediaType::Json => DocumentKind::Json,
        };
        let read = self.tools.reader.read(kind, &content).await.map_err(|fault| away(&fault))?;
        let pages = read.map_err(|why| Fault::Unmakeable(format!("{name}: {why}")))?;
        let texts: Vec<String> = pages.into_iter().map(|page| page.text).collect();
        Ok(Document { name, text: texts.join("\u{c}") })
    }

    async fn progress(&self, status: StageStatus, message: String) -> Result<(), Rejection> {
        let Owned { team, id } = self.stage;
        self.tell(status.as_str(), ProgressGeneration { team, id, status, message }).await
    }

    /// The prompts, and then the probes that name them.
    async fn save(&self, probes: &[Probe]) -> Result<(), Rejection> {
        let prompts: Vec<CreatePrompt> = probes
            .iter()
            .flat_map(|probe| probe.prompts.iter().map(|prompt| self.prompt(probe, prompt)))
            .collect();
        for some in prompts.chunks(AT_ONCE) {
            try_join_all(some.iter().map(|prompt| self.write(prompt.clone()))).await?;
        }
        for probe in probes {
            self.ask(&format!("probe/{}", probe.id), self.probe(probe)).await?;
        }
        Ok(())
    }

    async fn write(&self, prompt: CreatePrompt) -> Result<(), Rejection> {
        self.ask(&format!("prompt/{}", prompt.id), prompt).await
    }

    fn prompt(&self, probe: &Probe, prompt: &Prompt) -> CreatePrompt {
        let Prompt { id, messages, criteria, lineage, licence: _, writer } = prompt.clone();
        CreatePrompt {
            team: self.stage.team,
            id,
            messages,
            description: shortened(&lineage.cited()),
            tags: vec![probe.family.as_str().to_owned(), "generated".to_owned()],
            criteria,
            lineage: Some(recorded(&lineage)),
            writer,
        }
    }

    fn probe(&self, probe: &Probe) -> CreateProbeConfig {
        let Probe { id, name, family, description, goals, detectors, scoring, prompts } = probe.clone();
        CreateProbeConfig {
            team: self.stage.team,
            id,
            name,
            description,
            goals,
            tags: vec![family.as_str().to_owned(), "generated".to_owned()],
            detectors,
            scoring,
            items: prompts.into_iter().map(|prompt| Item { prompt: prompt.id, weight: None }).collect(),
        }
    }

    /// Makes the harness's next version, unless this stage has made one already.
    async fn release(&self, plan: &Plan, wish: &Wish, probes: &[Probe]) -> Result<Version, Rejection> {
        let id = HarnessId::own(plan.harness.0);
        let harness = Owned::new(self.stage.team, id.clone());
        if let Some(version) = self.released(&harness).await? {
            return Ok(version);
        }
        let name = plan.draft.name.as_ref().map_or("", Sealed::text);
        let create = CreateHarnessConfig {
            team: self.stage.team,
            id,
            name: if name.is_empty() { plan.harness.to_string() } else { name.to_owned() },
            description: shortened(wish.description.text()),
            scenarios: self.scenarios(probes),
        };
        self.ask("harness", create).await?;
        self.released(&harness)
            .await?
            .ok_or_else(|| Rejection::Unavailable("the harness is not there yet".to_owned()))
    }

    /// The version that this stage has made.
    async fn released(&self, harness: &Owned<HarnessId>) -> Result<Option<Version>, Rejection> {
        let state = self.tools.store.load::<HarnessConfig>(harness).await?.state;
        let ours: Vec<ScenarioId> = Family::ALL.iter().map(|family| self.scenario(*family)).collect();
        let of_ours =
            |release: &&Release| release.scenarios.iter().any(|scenario| ours.contains(&scenario.id));
        Ok(state.releases().iter().find(of_ours).map(|release| release.version.clone()))
    }

    /// The id of the scenario that this stage makes of a family.
    fn scenario(&self, family: Family) -> ScenarioId {
        ScenarioId::own(Uuid::new_v5(&self.stage.id.0, format!("scenario\n{family}").as_bytes()))
    }

    /// One for each family, in the order in which its probes stand.
    fn scenarios(&self, probes: &[Probe]) -> Vec<NewScenario> {
        let mut families: BTreeMap<Family, Vec<&Probe>> = BTreeMap::new();
        for probe in probes {
            families.entry(probe.family).or_default().push(probe);
        }
        let scenario = |(family, probes): (Family, Vec<&Probe>)| NewScenario {
            id: self.scenario(family),
            name: family.to_string(),
            description: format!("Generated prompts of the kind {family}."),
            probes: probes.into_iter().map(|probe| probe.id.clone()).collect(),
        };
        families.into_iter().map(scenario).collect()
    }

    /// Tells the stage, in the generator's own name.
    async fn tell<C: Command>(&self, key: &str, command: C) -> Result<(), Rejection>
    where
        Store: Handle<C>,
    {
        self.tools.store.handle(command, self.meta(key, Actor::System(NAME))).await.map(drop)
    }

    /// Makes something in the name of whoever asked for it. What is there already stays, also where somebody has changed
    /// it meanwhile.
    async fn ask<C: Command>(&self, key: &str, command: C) -> Result<(), Rejection>
    where
        Store: Handle<C>,
    {
        let actor = self.cause.requester.map_or(Actor::System(NAME), Actor::User);
        match self.tools.store.handle(command, self.meta(key, actor)).await {
            Ok(_) | Err(Rejection::Refused { kind: Kind::Conflict, .. }) => Ok(()),
            Err(rejection) => Err(rejection),
        }
    }

    fn meta(&self, key: &str, actor: Actor) -> Meta {
        Meta {
            actor,
            team: Some(self.stage.team),
            at: self.tools.clock.now(),
            command: Uuid::new_v5(&self.cause.event, key.as_bytes()),
            correlation: self.cause.correlation,
            causation: Some(self.cause.event),
            idempotency: None,
            expected: None,
        }
    }
}

/// What was made, and in whose words it is.
fn said(probes: &[Probe], worded: usize, kept: &BTreeMap<u32, Worded>) -> String {
    let prompts: usize = probes.iter().map(|probe| probe.prompts.len()).sum();
    let made = match probes.len() {
        1 => format!("{prompts} prompts in 1 probe"),
        count => format!("{prompts} prompts in {count} probes"),
    };
    let Some(last) = kept.values().next_back() else { return format!("{made}, all from templates.") };
    let sentence =
        format!("{made}: {worded} in the words of {}, {} from templates.", last.writer, prompts - worded);
    match kept.values().find_map(|worded| worded.fault.as_ref()) {
        Some(fault) => format!("{sentence} The model was asked no more: {fault}"),
        None => sentence,
    }
}

/// What people should know of the material, whatever is made of it.
fn remarks(plan: &Plan, material: &Material) -> Vec<String> {
    let mut remarks = Vec::new();
    if plan.draft.bucket.is_some() {
        let brought = if material.documents.is_empty() {
            "the harness was made without it: bring its files to a new stage"
        } else {
            "only the files that were brought to the stage count"
        };
        remarks.push(format!("The bucket of rag_params was not read, since it is not ours; {brought}."));
    }
    let texts = material.documents.iter().map(|document| document.text.as_str());
    if texts.chain([material.system_prompt.as_str()]).any(foreign) {
        remarks.push(
            "A text of it does not read as English; rules are found in English only, and questions are put in English."
                .to_owned(),
        );
    }
    remarks
}

fn with_remarks(sentence: &str, remarks: &[String]) -> String {
    let all: Vec<&str> = std::iter::once(sentence).chain(remarks.iter().map(String::as_str)).collect();
    all.join(" ")
}

/// The beginning of a text, as much as a description may have.
fn shortened(text: &str) -> String {
    const MORE: &str = " …";
    let text = text.replace('\0', "");
    if text.len() <= MAX_INDEXED_BYTES {
        return text;
    }
    let end = text.floor_char_boundary(MAX_INDEXED_BYTES - MORE.len());
    format!("{}{MORE}", &text[..end])
}

fn recorded(lineage: &Lineage) -> Recorded {
    let kind = match lineage {
        Lineage::Sentence { .. } => LineageKind::Sentence,
        Lineage::Rule { .. } => LineageKind::Rule,
        Lineage::Function { .. } => LineageKind::Tool,
        Lineage::Persona { .. } => LineageKind::Persona,
        Lineage::Catalogue { .. } => LineageKind::Template,
    };
    Recorded { kind, source: lineage.source(), place: lineage.place() }
}
