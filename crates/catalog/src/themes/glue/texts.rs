//! The sentences that the reading tasks are about.

/// A text, then what follows from it, what contradicts it, and what it leaves open.
pub(super) type Scene = (&'static str, &'static str, &'static str, &'static str);

pub(super) const SENTENCES: [Scene; 12] = [
    (
        "The old shop near the bridge sells lamps and opens at nine each morning.",
        "The shop near the bridge sells lamps.",
        "The old shop near the bridge stays shut in the morning.",
        "The shop near the bridge makes a good profit.",
    ),
    (
        "Two fishermen from Dunlin repaired all their nets before the tide came in.",
        "The nets were repaired before the tide came in.",
        "The fishermen from Dunlin left every net torn.",
        "The fishermen from Dunlin are brothers.",
    ),
    (
        "Maud walked to the market because the last tram was cancelled today.",
        "The last tram did not run today.",
        "Maud took the last tram to the market.",
        "Maud bought apples at the market.",
    ),
    (
        "The little theatre in Marrowby gives a play in the garden whenever it is warm.",
        "On warm days there is a play in the garden.",
        "The theatre in Marrowby never gives a play out of doors.",
        "The garden of the theatre has a pond.",
    ),
    (
        "Nobody in the choir can read music, yet each of them learns the songs by heart.",
        "The choir learns its songs without reading music.",
        "Everyone in the choir reads music well.",
        "The choir rehearses on Mondays.",
    ),
    (
        "The ferry is big enough for twelve cars but takes only bicycles in winter.",
        "In winter the ferry takes no cars.",
        "The ferry carries twelve cars all winter.",
        "The ferry was painted last spring.",
    ),
    (
        "Verena keeps bees on the roof of her house and gives the honey to visitors.",
        "Visitors receive honey from Verena.",
        "Verena sells all her honey and gives none of it away.",
        "Verena has been keeping bees for ten years.",
    ),
    (
        "The bakery burnt a whole tray of rolls this morning and opened an hour late.",
        "The bakery opened late this morning.",
        "The bakery opened earlier than usual this morning.",
        "The baker was talking on the telephone.",
    ),
    (
        "Linus finds old maps in attics and never tells anyone where he looked.",
        "Linus keeps it secret where he finds old maps.",
        "Linus publishes a list of all the attics that he has searched.",
        "Linus studied geography.",
    ),
    (
        "The road to the lake is closed for repairs until the first of May.",
        "One cannot use the road to the lake in April.",
        "The road to the lake is open to everybody in April.",
        "The repairs cost more than was planned.",
    ),
    (
        "Both clocks in the hall stopped during the storm, and only one of them was mended.",
        "One of the clocks in the hall still does not work.",
        "No clock stopped during the storm.",
        "The clocks in the hall are a hundred years old.",
    ),
    (
        "Selma knows every bird of the marsh by its call, though she has never seen a heron.",
        "Selma has never seen a heron.",
        "Selma sees herons in the marsh each day.",
        "Selma writes a book on birds.",
    ),
];

pub(super) const NOTES: [Scene; 12] = [
    (
        "Dear neighbours, the pump in the yard is broken, so please fetch water from the well until Friday.",
        "The pump in the yard does not work.",
        "The pump in the yard works as it should.",
        "A new pump was ordered from Pell.",
    ),
    (
        "Minutes, item four: the members agreed to paint the fence green and to buy no new bench.",
        "The members decided against a new bench.",
        "The members decided to buy two new benches.",
        "The green paint comes from a shop in Orrin.",
    ),
    (
        "Ladies and gentlemen, the train to Velm leaves from platform three because of works on platform one.",
        "There are works on platform one.",
        "The train to Velm leaves from platform one.",
        "The train to Velm has a dining car.",
    ),
    (
        "Recipe: take three eggs and no butter at all; the dough rests in a cold place for a night.",
        "The dough contains no butter.",
        "The dough needs plenty of butter.",
        "The recipe comes from a grandmother in Gramble.",
    ),
    (
        "Lost: one grey glove with a red button, near the old mill, on the way to the ferry.",
        "The lost glove has a red button.",
        "The lost glove is plain and has no button.",
        "The glove was a present.",
    ),
    (
        "To all staff: from today the door on Quay Street stays shut, and visitors use the side entrance.",
        "Visitors come in by the side entrance.",
        "Visitors come in by the door on Quay Street.",
        "The door on Quay Street gets a new lock.",
    ),
    (
        "Weather: dry in the valley, a little rain on the hills, and cold wind near the coast tonight.",
        "In the valley it stays dry.",
        "It rains all over the valley.",
        "Tomorrow the sun shines on the coast.",
    ),
    (
        "Captain's log: we sighted the lighthouse at six, lost it in the fog, and anchored without a scratch.",
        "The ship was not damaged.",
        "The ship was badly damaged on the rocks.",
        "The ship carried timber.",
    ),
    (
        "Review board: the bridge may carry carts of up to two tons; heavier carts take the ford.",
        "A cart of three tons may not cross the bridge.",
        "A cart of three tons may cross the bridge.",
        "The bridge was built of oak.",
    ),
    (
        "Catalogue: the vase is glazed on the inside only, and its handle has been glued.",
        "The outside of the vase is not glazed.",
        "The vase is glazed on both sides.",
        "The vase was found in a garden.",
    ),
    (
        "Notice: the library lends each reader four books, and dictionaries are read in the hall only.",
        "Dictionaries are not lent out.",
        "Readers may take dictionaries home.",
        "The library owns nine dictionaries.",
    ),
    (
        "Letter: your parcel came today, the cup inside was whole, but the saucer had broken in two.",
        "The cup arrived undamaged.",
        "The cup arrived in pieces.",
        "The parcel was sent by Agnes.",
    ),
];

pub(super) const REPORTS: [Scene; 12] = [
    (
        "The town of Marrowby bought forty young trees; thirty of them were planted along the road to the station.",
        "Ten of the young trees were not planted along the road to the station.",
        "All forty trees were planted along the road to the station.",
        "The trees are limes.",
    ),
    (
        "After the flood the museum moved its maps to the attic, and the cellar has been empty since.",
        "The maps of the museum are no longer in the cellar.",
        "The museum keeps its maps in the cellar.",
        "The flood damaged nine maps.",
    ),
    (
        "The swimming bath opens only if five swimmers or more have signed up, and this week six have.",
        "This week the swimming bath opens.",
        "This week the swimming bath stays shut.",
        "The swimming bath was built last year.",
    ),
    (
        "Orrin College lent its big telescope to the harbour school, which gave it back in June.",
        "The harbour school had the telescope for a time.",
        "The harbour school still has the telescope.",
        "The telescope shows the rings of Saturn.",
    ),
    (
        "The mill ground rye until the river froze, and it has ground nothing since.",
        "The mill does not grind while the river is frozen.",
        "The mill grinds rye on the frozen river's ice all day long.",
        "The miller has gone to sea.",
    ),
    (
        "Of the three bids for the pier, the lowest came too late and the highest was withdrawn.",
        "Only one valid bid for the pier remained.",
        "All three bids for the pier were valid.",
        "The pier will be made of steel.",
    ),
    (
        "The orchestra lost its only harp player, so the concert was given without a harp.",
        "There was no harp in the concert.",
        "Two harps were played in the concert.",
        "The harp player moved to Lowmere.",
    ),
    (
        "Every house in Rook Street has a garden except the last one, which has a stable.",
        "The first house in Rook Street has a garden.",
        "No house in Rook Street has a garden.",
        "The last house in Rook Street is for sale.",
    ),
    (
        "The baker's van was faster than the post this morning, and the post arrived at eight.",
        "The baker's van arrived before eight.",
        "The baker's van arrived long after the post.",
        "The van had a new driver.",
    ),
    (
        "The committee met twice in May, and the second meeting was the first without a quarrel.",
        "There was a quarrel at the first meeting in May.",
        "The committee did not meet in May at all.",
        "The quarrel was about the fence.",
    ),
    (
        "The sailors sold their boats and bought a bus, with which they drive visitors to the beach.",
        "The sailors no longer own their boats.",
        "The sailors keep their boats and use them each day.",
        "The bus has thirty seats.",
    ),
    (
        "The tower can be climbed on dry days; on Sunday it rained from dawn until night.",
        "On Sunday the tower could not be climbed.",
        "On Sunday the tower was climbed by many visitors.",
        "The tower has ninety steps.",
    ),
];

/// A question, a sentence that answers it, and one that does not.
pub(super) const ANSWERED: [(&str, &str, &str); 15] = [
    (
        "When does the little museum open?",
        "The little museum opens at ten on weekdays.",
        "The little museum owns forty weather vanes.",
    ),
    (
        "Who made the copper cockerel?",
        "The copper cockerel was made by a smith from Pell.",
        "The copper cockerel turns with the wind each night.",
    ),
    (
        "How many rooms does the guest house have?",
        "There are eleven rooms in the guest house near the lake.",
        "Breakfast in the guest house is served until ten.",
    ),
    (
        "What colour is the old tram?",
        "The old tram is painted yellow from top to bottom.",
        "The old tram makes nine stops on its way to the harbour.",
    ),
    (
        "Why was the concert put off?",
        "The concert was put off because the hall was cold and wet.",
        "Many visitors came to the concert by boat.",
    ),
    (
        "Where does the narrow railway end?",
        "The narrow railway ends at a quarry behind the hill.",
        "The narrow railway is the oldest in the valley.",
    ),
    (
        "What does a coil of rope cost?",
        "A coil of rope costs four crowns at the market.",
        "The market in Pell sells rope, cheese and lamp oil.",
    ),
    (
        "Which month is the driest?",
        "Less rain falls in March than in any other month.",
        "In the valley it rains on many days of the year.",
    ),
    (
        "How deep is the lake in the middle?",
        "In the middle the lake is twelve metres deep.",
        "People skate on the lake when the winter is cold.",
    ),
    (
        "Who plays the bass in the choir's band?",
        "The bass is played by the postman of the town.",
        "The choir's band practises in an old barn.",
    ),
    (
        "What is the ferry's name?",
        "The ferry bears the name of a song, Evening Gull.",
        "The ferry crosses the river every hour.",
    ),
    (
        "When was the bridge repaired?",
        "The bridge was repaired two summers ago.",
        "Stone for the bridge came from a quarry near the town.",
    ),
    (
        "What do the members collect?",
        "The members collect buttons, the older the better.",
        "The members meet in the yard after work.",
    ),
    (
        "How long is the walk to the tower?",
        "From the station it is a walk of twenty minutes to the tower.",
        "The tower is a sight that visitors like.",
    ),
    (
        "Which animal is on the town's seal?",
        "The seal of the town shows a hedgehog.",
        "The seal of the town is kept in the mayor's desk.",
    ),
];

/// A question, the same question in other words, and another one.
pub(super) const ASKED: [(&str, &str, &str); 15] = [
    (
        "How do I get a stain of tea out of a shirt?",
        "What removes tea stains from a shirt?",
        "How do I make tea for a big party?",
    ),
    (
        "Which bulbs can be planted near an old wall?",
        "What bulbs may one plant close to an old wall?",
        "Which paint sticks to an old wall?",
    ),
    (
        "Why does my bicycle squeak when it is cold?",
        "What makes my bicycle squeak in cold weather?",
        "Where can I sell my bicycle?",
    ),
    (
        "How many stamps does a big letter need?",
        "How many stamps must I put on a big letter?",
        "How do I collect old stamps?",
    ),
    (
        "What is the quickest way to peel many onions?",
        "How can I peel many onions fast?",
        "Why do onions make me cry?",
    ),
    (
        "How do bees find their way home?",
        "By what means do bees return to their hive?",
        "How does one build a home for bees?",
    ),
    (
        "When should I water a cactus?",
        "At what times does a cactus need water?",
        "Where do cactuses grow wild?",
    ),
    (
        "Can one learn to whistle as a grown-up?",
        "Is it possible for adults to learn whistling?",
        "Why do some birds whistle at night?",
    ),
    (
        "What is a good name for a grey cat?",
        "How shall I call a cat that is grey?",
        "What does a grey cat eat?",
    ),
    (
        "How is a wooden floor made quiet?",
        "What stops a wooden floor from creaking?",
        "How is a wooden floor polished?",
    ),
    (
        "Which knot holds a small boat best?",
        "What is the best knot for tying up a small boat?",
        "Which wood makes the best small boat?",
    ),
    ("Why is the sea salty?", "What makes the water of the sea salty?", "Why is the sea blue?"),
    (
        "How do I keep bread fresh for a week?",
        "What keeps bread fresh over seven days?",
        "How do I bake bread without an oven?",
    ),
    (
        "How tall can a sunflower grow?",
        "What height does a sunflower reach at most?",
        "When do sunflowers bloom?",
    ),
    (
        "What should I see in the old town in one day?",
        "Which sights of the old town fit into one day?",
        "Where can I sleep in the old town?",
    ),
];
