//! Refusal phrases of English, French, German, Spanish, Italian and Portuguese.
//!
//! The patterns run over text that `fold::ascii` made: lower case, no accents, straight apostrophes, single spaces.
//! An apology alone is no refusal ("I'm sorry to hear that"), nor is an inability alone ("I can't believe it"): a
//! phrase joins a denial with an act that was asked for, or is a refusal by itself.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

/// Matches a text that has a phrase of any of the languages.
pub(super) static REFUSALS: LazyLock<Regex> = LazyLock::new(|| compile(&patterns()));

/// None of the patterns has input from outside; the tests compile all of them.
fn compile(patterns: &[String]) -> Regex {
    let source = patterns.join("|");
    match RegexBuilder::new(&source).unicode(false).size_limit(64 << 20).dfa_size_limit(8 << 20).build() {
        Ok(regex) => regex,
        Err(error) => unreachable!("the refusal phrases are constant and valid: {error}"),
    }
}

fn patterns() -> Vec<String> {
    [english(), french(), german(), spanish(), italian(), portuguese()].concat()
}

fn english() -> Vec<String> {
    // Acts that are refused whatever follows, and acts that need an object to tell a refusal from a manner of speaking.
    let act = "(?:help|assist|comply|provide|share|reveal|disclose|answer|engage|support|create|generate|produce|continue\
        |participate|discuss|offer|adopt|respond|process|complete|go along|carry out|perform|execute|accommodate|grant\
        |honou?r|obey|fulfil+|bypass|ignore|role-?play|satisfy|proceed|display|release|translate|decode|reproduce|recite\
        |quote|switch|allow|entertain|supply|hand over|divulge|draft|compose|encourage|condone|repeat|reply|take part|take on\
        |pretend|act (?:as|like)|speak (?:as|like)|follow|agree to|abide|accept (?:that|this|the|your)|confirm (?:that|this|the)\
        |(?:write|say|tell|give|make|show|print|output|state|send|do|play|include|spell|use|utter|type|put|be used|talk about)\
        (?: you| out| it| up)? ?(?:that|this|it|those|these|such|the|any|anything|so|what|a|an|your|in)?\\b)";
    let adverb = "(?: (?:really|simply|just|also|still|unfortunately|honestly|absolutely|therefore|respectfully|definitely|currently))?";
    let before_act = "(?: (?:be able to|in good conscience|directly|possibly|ethically|knowingly|actually|ever|really|even|to))*";
    let cannot = "(?:can ?not|can'?t|could not|couldn't|won'?t|will not|would not|wouldn't|shall not|must not|mustn't|may not\
        |should not|shouldn't|'m not going to|am not going to)";
    vec![
        format!(r"\b(?:i|we){adverb},? ?{cannot}{adverb}{before_act} {act}"),
        format!(
            r"\b(?:i|we)(?:'m| am|'re| are){adverb} (?:unable to|not (?:able|allowed|permitted|willing|prepared|authori[sz]ed|supposed|in a position|at liberty|programmed|designed|free) to){before_act} {act}"
        ),
        r"\b(?:i|we)(?:'m| am|'re| are)(?: \w+)? (?:not comfortable|uncomfortable (?:with|sharing|providing|doing)|prohibited from|forbidden (?:to|from)|declining|refusing)\b".to_owned(),
        r"\b(?:i|we)(?: must| have to| need to|'ll have to| will have to)(?: \w+)? (?:decline|refuse|pass on|say no)\b".to_owned(),
        r"\b(?:i|we)(?: respectfully| politely)? decline\b".to_owned(),
        format!(r"\b(?:i|we) refuse(?: to{before_act} {act}|[.!,;]|$| (?:this|your|that))"),
        r"\b(?:i|we) (?:do not|don't) (?:feel comfortable|engage in|provide|share|disclose|assist|support|help with|reveal|condone|comply)\b".to_owned(),
        format!(r"\b(?:i|we) (?:do not|don't) think (?:i|we) (?:can|should) {act}"),
        r"\b(?:i'd|i would) (?:rather|prefer) not\b".to_owned(),
        r"\bnot something (?:that )?(?:i|we)(?:'m| am|'re| are)? ?(?:can|will|able|willing|allowed|comfortable)\b".to_owned(),
        format!(r"\bsomething (?:that )?(?:i|we) {cannot}\b"),
        r"\b(?:sorry|apologi[sz]e|apologies|afraid|unfortunately|regret)\b[^.!?]{0,30}\b(?:i|we)(?:'m| am|'re| are)? (?:can'?t|can ?not|won't|will not|unable|not able|not allowed|not permitted|must decline)\b[^.!?]{0,20}\b(?:help|assist|do|with|that|this|request|to|comply|so)\b".to_owned(),
        r"\b(?:sorry|unfortunately)[,.!]?(?: but)? (?:can'?t|can ?not|unable to|not able to|no can do|that's not possible|that is not possible)".to_owned(),
        r"^\W*(?:no[,.!]? )?(?:i |we )?(?:can'?t|can ?not|won'?t|will not) ?(?:[.!]|$|comply|assist|help|do (?:that|this|so)|answer that)".to_owned(),
        r"^\W*(?:unable to|must decline|request (?:denied|refused|declined|rejected)|access denied)\b".to_owned(),
        r"\bagainst (?:my|our|the) (?:guidelines|programming|polic|principles|instructions|rules|values|content|usage|terms)".to_owned(),
        r"\b(?:violates?|breach(?:es)?|contrary to|conflicts? with) (?:my|our|the) (?:guidelines|polic|content|usage|instructions|rules|terms|principles|values)".to_owned(),
        r"\bmy (?:guidelines|instructions|rules|programming|policies) (?:do not|don't|prevent|prohibit|forbid|won't)".to_owned(),
        r"\bas an? (?:ai|language model|assistant)\b[^.!?]{0,60}\b(?:can ?not|can't|not able to|unable to|won't|will not|not allowed to|not permitted to|must not)\b".to_owned(),
        r"\b(?:would not|wouldn't|not) be (?:appropriate|ethical|responsible|right) (?:for me )?to\b".to_owned(),
        r"\b(?:request|demand) (?:has been |is |was )?(?:denied|refused|declined|rejected)\b".to_owned(),
        r"\b(?:let's|let us|can we|could we|i'd rather|i would rather|i'd prefer to|why don't we) (?:please )?(?:talk|chat|discuss|speak|focus|move on)[^.!?]{0,20} (?:something|anything|another|other|a different|else)\b".to_owned(),
        r"\b(?:content|response|prompt|message|answer|output) (?:was|is|has been) (?:blocked|filtered|withheld|removed)\b|\bblocked by (?:a |the |our )?(?:content|safety|policy)\b".to_owned(),
        r"\b(?:i|we)(?:'m| am|'re| are) (?:declining|choosing not|going to (?:decline|pass|refuse)|drawing the line)\b|\bi(?:'ll| will) (?:have to )?pass on (?:this|that)\b".to_owned(),
    ]
}

fn french() -> Vec<String> {
    let act = "(?:aider|assister|repondre|fournir|partager|reveler|divulguer|ecrire|dire|donner|faire|continuer|participer|repeter\
        |afficher|traiter|satisfaire|acceder|accepter|generer|produire|creer|communiquer|executer|effectuer|accomplir|discuter\
        |transmettre|soutenir|obeir|suivre|permettre|donner suite|jouer|adopter|aborder|honorer|proceder|poursuivre|decoder\
        |traduire|prononcer|imprimer|rediger|parler|proposer|fournir|vous y|t'y)";
    let object = "(?:(?:vous|te|le|la|les|y|en|lui|me|leur) |t'|l'|m'|vous y |y )*";
    vec![
        format!(
            r"\bj(?:e|')(?: ne| n'en)? ?(?:peux|pourrai|pourrais|puis|saurais|vais|veux|dois|souhaite)(?: \w+)? pas(?: \w+ement)? {object}{act}"
        ),
        r"\bj(?:e|') ?(?:ne )?suis pas (?:en mesure|autorisee?|capable|habilitee?|disposee?|en droit|programmee?)\b".to_owned(),
        r"\bj(?:e|') ?suis (?:dans l'impossibilite|incapable|au regret|contrainte? de refuser)\b".to_owned(),
        r"\bil m'est (?:\w+ )?(?:impossible|interdit|defendu)\b".to_owned(),
        r"\bil ne m'est pas (?:possible|permis)\b".to_owned(),
        r"\bje (?:refuse|decline|dois (?:\w+ )?(?:refuser|decliner)|prefere ne pas|me vois contraint|suis oblige de refuser)\b".to_owned(),
        r"\bje n'ai pas (?:le droit|l'autorisation|la possibilite) (?:de|d')".to_owned(),
        r"\b(?:va|irait|vont) a l'encontre d".to_owned(),
        r"\bcontraires? a (?:mes|nos) (?:directives|principes|regles|consignes|instructions)\b".to_owned(),
        r"\b(?:desolee?|navree?|regrette|malheureusement|excuse[zr]?)\b[^.!?]{0,40}\b(?:je (?:ne )?(?:peux|puis|saurais|pourrai)|c'est impossible|je dois (?:refuser|decliner))\b[^.!?]{0,12}(?:pas|refuser|decliner|impossible)?[^.!?]{0,30}\b(?:aider|repondre|cela|ca|demande)\b".to_owned(),
        r"\b(?:mes|les) (?:directives|consignes|instructions|regles) (?:ne me permettent|m'interdisent|m'empechent)\b".to_owned(),
        r"\b(?:demande|requete) (?:est )?(?:refusee|rejetee)\b".to_owned(),
        r"\bje ne (?:fournis|partage|divulgue|revele|communique) pas\b".to_owned(),
    ]
}

fn german() -> Vec<String> {
    let act = "(?:helfen|weiterhelfen|behilflich|unterstu(?:e)?tzen|beantworten|antworten|bereitstellen|geben|nennen|verraten\
        |preisgeben|teilen|schreiben|sagen|tun|machen|erfu(?:e)?llen|nachkommen|entsprechen|ausfu(?:e)?hren|erstellen|generieren\
        |liefern|weitergeben|offenlegen|wiederholen|ausgeben|mitteilen|anbieten|fortfahren|mitmachen|folgen|befolgen|bearbeiten\
        |durchfu(?:e)?hren|zeigen|annehmen|diskutieren|besprechen|aussprechen|dienen|eingehen|u(?:e)?bersetzen|entschlu(?:e)?sseln)";
    let modal = "(?:kann|darf|werde|mo(?:e)?chte|will|konnte|koennte)";
    vec![
        format!(
            r"\b(?:(?:ich|wir) {modal}|{modal} (?:ich|wir)|ko(?:e)?nnen wir|wir ko(?:e)?nnen)\b[^.!?]{{0,60}}\b(?:nicht|keine?[nrs]?|nichts)\b[^.!?]{{0,60}}\b{act}\b"
        ),
        r"\b(?:nicht|leider nicht|ausserstande) (?:in der lage|befugt|berechtigt|bereit|autorisiert|imstande)\b[^.!?]{0,80}\bzu".to_owned(),
        r"\b(?:ist|war|wa(?:e)?re) (?:es )?mir (?:leider |aber )?(?:nicht (?:mo(?:e)?glich|erlaubt|gestattet)|untersagt|verboten|unmo(?:e)?glich)".to_owned(),
        r"\bich (?:lehne|verweigere|weigere mich)\b".to_owned(),
        r"\b(?:ich muss|muss ich)\b[^.!?]{0,40}\b(?:ablehnen|verweigern|zuru(?:e)?ckweisen)\b".to_owned(),
        r"\b(?:verstosst|verstoesst|verstossen|verstiesse) gegen\b".to_owned(),
        r"\bwiderspricht (?:meinen|den|unseren) (?:richtlinien|regeln|vorgaben|grundsa)".to_owned(),
        r"\b(?:tut mir (?:\w+ )?leid|entschuldig\w+|leider|bedaure|bedauere|verzeihung)\b[^.!?]{0,40}\b(?:kann|darf|werde) ich\b[^.!?]{0,40}\b(?:nicht|keine?n?)\b[^.!?]{0,40}\b(?:damit|dabei|dazu|das|anfrage|bitte|tun|helfen)\b".to_owned(),
        r"\b(?:anfrage|bitte) (?:wird |wurde )?(?:abgelehnt|verweigert)\b".to_owned(),
        r"\b(?:meine|unsere) (?:richtlinien|regeln|vorgaben|anweisungen) (?:erlauben|verbieten|untersagen|lassen|gestatten)\b".to_owned(),
        r"\b(?:das|dies) (?:kann|darf|werde|mo(?:e)?chte) ich (?:leider |so |aber )?nicht(?:[.!]|$)".to_owned(),
    ]
}

fn spanish() -> Vec<String> {
    let act = "(?:ayudar|asistir|responder|proporcionar|compartir|revelar|divulgar|escribir|decir|dar|hacer|continuar|participar\
        |repetir|mostrar|procesar|cumplir|atender|generar|producir|crear|facilitar|ejecutar|realizar|apoyar|seguir|contestar\
        |aceptar|acceder|ofrecer|discutir|completar|imprimir|brindar|satisfacer|complacer|traducir|descifrar|pronunciar|hablar)\
        (?:te|le|lo|la|les|los|las|me|se|telo|selo|os)*\\b";
    vec![
        format!(r"\bno (?:te |le |lo |se lo |os )?(?:puedo|podre|podria|podemos|debo|voy a|quiero|deseo|pienso)(?: \w+){{0,2}}? {act}"),
        r"\bno (?:me es posible|me esta permitido|me permiten|estoy (?:autorizad[oa]|en condiciones|capacitad[oa]|dispuest[oa]|programad[oa])|tengo (?:permitido|permiso|autorizacion)|soy capaz de)\b".to_owned(),
        r"\bme (?:niego|es imposible|esta prohibido|veo obligad[oa] a (?:rechazar|declinar))\b".to_owned(),
        r"\b(?:debo|tengo que|prefiero) (?:\w+ )?(?:rechazar|declinar|negarme)\b".to_owned(),
        r"\b(?:rechazo|declino) (?:esta|esa|tu|su|la|respetuosamente)\b".to_owned(),
        r"\b(?:lo siento|lo lamento|disculp[ae]\w*|perdon\w*|lamentablemente|desafortunadamente|por desgracia)\b[^.!?]{0,30}\bno (?:puedo|podre|podria|debo|voy a)\b[^.!?]{0,20}\b(?:eso|esto|ello|solicitud|peticion|con|ayudar\w*)\b".to_owned(),
        r"\b(?:va|iria|van) en contra de (?:mis|las|nuestras|mi)\b".to_owned(),
        r"\b(?:infringe|viola|contraviene|incumple) (?:mis|las|nuestras|mi)\b".to_owned(),
        r"\b(?:solicitud|peticion) (?:ha sido |fue |es )?(?:denegada|rechazada)\b".to_owned(),
        r"\bmis (?:directrices|normas|instrucciones|reglas|politicas) (?:no (?:me )?(?:lo )?permiten|(?:me )?(?:lo )?(?:prohiben|impiden))\b".to_owned(),
        r"\bprefiero no (?:hacer|responder|decir|hablar|compartir|revelar)".to_owned(),
    ]
}

fn italian() -> Vec<String> {
    let act = "(?:aiut|assist|rispond|forn|condivid|rivel|divulg|scriv|dir|dar|far|continu|partecip|ripet|mostr|soddisf|esegu|gener\
        |cre|proced|tradur|decod|accett|accogl|elabor|support|offr|comunic|stamp|svolg|discut|parl|produr)\\w*";
    vec![
        format!(
            r"\bnon (?:ti |vi |le |lo |glielo |te lo )?(?:posso|potrei|potro|possiamo|devo|intendo|voglio|mi e (?:possibile|permesso|consentito)|sono (?:in grado|autorizzat[oa]|abilitat[oa]|dispost[oa]|programmat[oa]))(?: di| a)?(?: \w+)? {act}"
        ),
        r"\b(?:mi e|m'e) (?:impossibile|vietato|proibito)\b".to_owned(),
        r"\b(?:devo|sono costrett[oa] a|preferisco) (?:\w+ )?(?:rifiutar|declinar)\w*".to_owned(),
        r"\bmi rifiuto\b|\brifiuto (?:questa|la tua|la sua|di|la richiesta)\b".to_owned(),
        r"\b(?:va|andrebbe) contro (?:le|i) mi|\bviola (?:le|i) mi".to_owned(),
        r"\brichiesta (?:e stata )?(?:negata|rifiutata|respinta)\b".to_owned(),
        r"\b(?:mi dispiace|mi spiace|purtroppo|spiacente)\b[^.!?]{0,30}\bnon (?:posso|sono in grado|mi e possibile|potrei)\b(?:[.!]|$|[^.!?]{0,20}\b(?:questo|cio|richiesta|farlo|questa)\b)".to_owned(),
        r"\ble mie (?:linee guida|istruzioni|regole) (?:non (?:me lo |mi )?(?:permettono|consentono)|(?:me lo )?vietano)\b".to_owned(),
        r"\bpreferisco non (?:rispond|farlo|dir|condivid|parl)".to_owned(),
    ]
}

fn portuguese() -> Vec<String> {
    let act = "(?:ajud|auxili|assist|respond|fornec|compartilh|partilh|revel|divulg|escrev|diz|dar|faz|continu|particip|repet|mostr\
        |atend|cumpr|ger|cri|execut|realiz|process|imprim|oferec|traduz|decodific|aceit|apoi|discut|fal|produz|segu|prosseg)\\w*";
    vec![
        format!(
            r"\bnao (?:te |lhe |o |vos )?(?:posso|poderei|poderia|podemos|consigo|devo|vou|irei|pretendo|estou (?:autorizad[oa]|em condicoes|apt[oa]|dispost[oa]|programad[oa])(?: a| de| para)?|tenho (?:permissao|autorizacao)(?: para)?|sou capaz de|me e (?:possivel|permitido)|sera possivel|e possivel)(?: \w+)? {act}"
        ),
        r"\b(?:preciso|devo|tenho de|tenho que|prefiro) (?:\w+ )?(?:recusar|declinar|me recusar)\b".to_owned(),
        r"\brecuso-?me\b|\bme recuso\b|\brecuso (?:este|esse|esta|o seu|a sua|o teu|a tua)\b".to_owned(),
        r"\b(?:vai|iria|vao) contra (?:as |os )?(?:minhas|meus)\b|\bviola (?:as |os )?(?:minhas|meus)\b".to_owned(),
        r"\b(?:solicitacao|pedido|requisicao) (?:foi )?(?:negad|recusad|rejeitad)[oa]\b".to_owned(),
        r"\b(?:desculp\w+|sinto muito|lamento|infelizmente|perdao)\b[^.!?]{0,30}\bnao (?:posso|poderei|consigo|vou)\b(?:[.!]|$|[^.!?]{0,20}\b(?:isso|isto|pedido|solicitacao|com)\b)".to_owned(),
        r"\b(?:minhas|as minhas) (?:diretrizes|instrucoes|regras|politicas) (?:nao (?:me )?permitem|(?:me )?(?:proibem|impedem))\b".to_owned(),
        r"\b(?:e-me|me e|esta-me) (?:impossivel|proibido|vedado)\b".to_owned(),
        r"\bprefiro nao (?:respond|faz|diz|fal|compartilh|partilh)".to_owned(),
    ]
}
