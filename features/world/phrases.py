"""Sentences that people and recruiters write, with slots; all of them our own.

Slots of a summary: {job} in the person's gender, {years} "6 ans", {place} "à Guéret", {skill} and {other} infinitives,
{next} the wanted job, {e} the feminine ending. Slots of an offer are those of `offers`.
"""

SUMMARY_SENIOR: tuple[str, ...] = (
    "{Job} depuis {years}, je cherche un poste {place} ou dans les environs.",
    "{years} d'expérience comme {job}. Je sais notamment {skill} et {other}.",
    "Fort{e} de {years} de pratique, je souhaite continuer comme {next} {place}.",
    "Je suis {job}, autonome et ponctuel{le}, habitué{e} à {skill}.",
    "Après {years} comme {job}, je veux rejoindre une équipe stable près de chez moi.",
    "{Job} confirmé{e} : {skill}, {other}. Disponible {place}.",
    "J'aime mon métier {of_job} et je forme volontiers les nouveaux arrivants.",
    "Mon dernier poste {of_job} m'a appris à {skill}. Je cherche la même chose {place}.",
    "Expérience solide {of_job} ({years}), sérieu{se} et organisé{e}.",
    "Je travaille depuis {years} comme {job}, en horaires de jour comme en équipe.",
)
SUMMARY_JUNIOR: tuple[str, ...] = (
    "Je débute comme {next} et j'apprends vite.",
    "Motivé{e}, je cherche un premier emploi {of_next} {place}.",
    "Premières expériences comme {job}, je souhaite progresser et {skill}.",
    "Je veux travailler comme {next}, de préférence dans une petite équipe.",
    "Sérieu{se} et curieu{se}, prêt{e} à me former au métier {of_next}.",
    "J'ai fait mes débuts comme {job} et je cherche à continuer {place}.",
    "Je recherche un poste {of_next}, débutant{e} mais très motivé{e}.",
)
SUMMARY_CHANGE: tuple[str, ...] = (
    "Ancien{ne} {job}, je me reconvertis : mon projet est de devenir {next}.",
    "Après {years} comme {job}, je change de voie pour le métier {of_next}.",
    "En reconversion vers le métier {of_next}, ouvert{e} à une formation courte.",
    "J'ai été {job} et je veux maintenant travailler comme {next} {place}.",
    "Je quitte le métier {of_job}. Ce qui m'attire : le métier {of_next}.",
    "Mon expérience {of_job} me sera utile comme {next} : je sais déjà {skill}.",
)
SUMMARY_MORE: tuple[str, ...] = (
    "Disponible tout de suite.",
    "Je préfère un temps plein.",
    "Je suis mobile et j'ai l'habitude des horaires décalés.",
    "Pas de travail de nuit si possible.",
    "Le contact avec les autres est important pour moi.",
    "Ouvert{e} à une période d'essai ou à une immersion.",
    "Je peux commencer rapidement.",
    "J'aimerais un contrat long.",
)

EMPLOYERS: dict[str, str] = {
    "01": "exploitation agricole", "02": "entreprise forestière", "03": "entreprise de pêche",
    "10": "entreprise agroalimentaire", "11": "producteur de boissons", "13": "atelier textile",
    "14": "atelier de confection", "15": "maroquinerie", "16": "entreprise de la filière bois", "17": "papeterie",
    "18": "imprimerie", "20": "industrie chimique", "21": "laboratoire pharmaceutique", "22": "plasturgiste",
    "23": "fabricant de matériaux", "24": "entreprise de métallurgie", "25": "entreprise de mécanique et de métallerie",
    "26": "fabricant d'électronique", "27": "fabricant d'équipements électriques", "28": "constructeur de machines",
    "29": "équipementier automobile", "30": "constructeur de matériel de transport", "31": "fabricant de meubles",
    "33": "société de maintenance industrielle", "35": "entreprise de l'énergie", "36": "service de l'eau",
    "38": "entreprise de gestion des déchets", "41": "constructeur de bâtiments", "42": "entreprise de travaux publics",
    "43": "entreprise du bâtiment", "45": "garage", "46": "grossiste", "47": "magasin", "49": "transporteur",
    "50": "compagnie maritime", "51": "compagnie aérienne", "52": "plateforme logistique", "53": "service de courrier",
    "55": "hôtel", "56": "restaurant", "58": "éditeur", "59": "société de production", "60": "diffuseur",
    "61": "opérateur télécoms", "62": "entreprise du numérique", "63": "fournisseur de services en ligne",
    "64": "établissement bancaire", "65": "compagnie d'assurance", "66": "cabinet de courtage",
    "68": "agence immobilière", "69": "cabinet comptable et juridique", "70": "cabinet de conseil",
    "71": "bureau d'études", "72": "centre de recherche", "73": "agence de communication", "74": "agence spécialisée",
    "75": "clinique vétérinaire", "77": "société de location", "78": "agence d'emploi", "79": "agence de voyages",
    "80": "société de sécurité", "81": "entreprise de propreté et d'espaces verts", "82": "société de services",
    "84": "collectivité", "85": "établissement d'enseignement", "86": "établissement de santé",
    "87": "résidence médico-sociale", "88": "structure d'action sociale", "90": "structure culturelle",
    "91": "musée ou bibliothèque", "92": "établissement de jeux", "93": "structure de sport et de loisirs",
    "94": "association", "95": "atelier de réparation", "96": "entreprise de services à la personne",
    "97": "employeur particulier",
}  # fmt: skip

OFFER_OPENINGS: tuple[str, ...] = (
    "{firm}, {employer}, recrute {job} {place}.",
    "Pour renforcer son équipe, {firm} cherche {job} {place}.",
    "{firm} ({employer}) recherche {job} pour un poste basé {place}.",
    "Rejoignez {firm} {place} : un poste {of_bare} est à pourvoir.",
    "Dans le cadre d'un départ en retraite, {firm} recrute {job}.",
    "Notre équipe {place} s'agrandit et nous cherchons {job}.",
    "Suite à une hausse d'activité, {firm} embauche {job} {place}.",
    "URGENT : {firm} recherche {job} {place}, prise de poste immédiate.",
)
OFFER_OPENINGS_ANONYMOUS: tuple[str, ...] = (
    "Nous recherchons {job} {place}.",
    "Notre client recrute {job} {place}.",
    "Poste {of_bare} à pourvoir {place}.",
    "Entreprise locale cherche {job} {place}.",
    "Recherche {job}, secteur {where}.",
)
OFFER_OPENINGS_TEMPORARY: tuple[str, ...] = (
    "L'agence {firm} recrute pour l'un de ses clients {job} {place}.",
    "{firm} vous propose une mission {of_bare} {place}.",
    "Mission d'intérim {place} : notre agence cherche {job} pour une entreprise utilisatrice.",
)
OFFER_TASKS: tuple[str, ...] = (
    "Vos missions : {s1} ; {s2} ; {s3}.",
    "Vous aurez à {s1}, {s2} et {s3}.",
    "Au quotidien, il s'agira de {s1}, puis de {s2}.",
    "Votre rôle sera de {s1} et de {s2}. Vous pourrez aussi être amené(e) à {s3}.",
    "Les tâches principales sont : {s1}, {s2}, {s3}.",
    "En lien avec votre responsable, vous devrez {s1}, {s2} et {s3}.",
    "Vous saurez rapidement {s1} ; une aide est prévue pour {s2}.",
)
"""Skills come as infinitives; "de" and "à" before a vowel are elided by `offers`."""
OFFER_KNOWLEDGE: tuple[str, ...] = (
    "Des connaissances sont attendues : {k}.",
    "Ce serait un plus : {k}.",
    "Vous connaissez déjà un peu le domaine ({k}).",
)
OFFER_CONTEXTS: tuple[str, ...] = (
    "Conditions de travail : {c}.",
    "À savoir : {c}.",
    "Le poste comporte : {c}.",
)
OFFER_CONDITIONS: tuple[str, ...] = (
    "{contract}, {hours}, {pay}.",
    "Nous proposons : {contract}, {hours}. Salaire : {pay}.",
    "Type de contrat : {contract} ; {hours} ; {pay}.",
)
OFFER_BEGINNERS: tuple[str, ...] = (
    "Débutant accepté, nous vous formons.",
    "Aucune expérience n'est exigée : l'envie d'apprendre compte avant tout.",
    "Profil débutant bienvenu.",
)
OFFER_EXPERIENCED: tuple[str, ...] = (
    "Une expérience {of_years} sur un poste semblable est {wanted}.",
    "Vous justifiez {of_years} d'expérience ({wanted}).",
    "Expérience {wanted} : {years}.",
)
OFFER_SOFT: tuple[str, ...] = (
    "On attend de vous : {q}.",
    "Qualités recherchées : {q}.",
    "Savoir-être appréciés : {q}.",
)
OFFER_CLOSINGS: tuple[str, ...] = (
    "Envoyez votre CV, nous répondons à toutes les candidatures.",
    "Poste ouvert à toutes et à tous.",
    "Merci de postuler en ligne.",
    "Un entretien sur place est prévu sous quinzaine.",
    "Covoiturage possible avec l'équipe.",
    "Tickets restaurant et mutuelle d'entreprise.",
    "Immersion d'une semaine possible avant l'embauche.",
)
OFFER_RELAYED = "Annonce relayée par un site partenaire."
