"""Names by which the header of a table is known, as exports of tools, public data sets and scrapers write them."""

from __future__ import annotations

from schemas.formats.aliases import folded

_GENERIC = """
id|post id|message id|comment id|review id|status id|native id|uuid|guid|date|time|datetime|timestamp|created|
created at|created time|created utc|published|published at|publish date|date published|posted at|post date|updated at|
edited at|text|full text|body|content|message|comment|review|post|caption|description|title|subject|headline|snippet|
summary|author|author id|author name|author handle|user|user id|user name|username|user screen name|screen name|
handle|name|full name|display name|followers|followers count|follower count|url|link|permalink|source|domain|site|
platform|channel|network|language|lang|locale|country|region|city|location|likes|like count|favorites|favorite count|
favourites count|retweets|retweet count|shares|share count|reposts|replies|reply count|comments|comment count|
num comments|quotes|quote count|views|view count|impressions|reach|engagement|engagements|reactions|score|rating|
stars|sentiment|emotion|category|topic|tags|hashtags|mentions|parent id|reply to|in reply to|in reply to status id|
conversation id|thread id|root id|type|post type|message type|media type|verified|is verified|gender|keywords|
matched keywords|datum|uhrzeit|zeit|autor|nutzer|benutzer|beitrag|inhalt|nachricht|kommentar|sprache|quelle|titel|
bewertung|sterne|fecha|autor id|texto|mensaje|contenido|idioma|auteur|texte|contenu|langue|lien
"""
_TWCS = """
tweet id|author id|inbound|created at|text|response tweet id|in response to tweet id
"""
_X = """
id str|user id str|user followers count|user screen name|tweet|tweet text|full text|retweeted status id|
in reply to status id str|in reply to user id|in reply to screen name|possibly sensitive|public metrics.retweet count|
public metrics.like count|public metrics.reply count|public metrics.quote count|author.username|author.name|
author.public metrics.followers count|referenced tweets.replied to.id|referenced tweets.retweeted.id|entities.urls|
edit history tweet ids|__twarc.retrieved at
"""
_REDDIT = """
subreddit|subreddit id|selftext|link id|ups|upvote ratio|author fullname|author flair text|over 18|distinguished|
retrieved on
"""
_BRANDWATCH = """
query id|query name|date|title|snippet|full text|url|original url|domain|sentiment|page type|page type name|
content source|content source name|language|country code|continent|mention id|resource id|resource type|author|
full name|gender|account type|added|assignment|avatar|category details|checked|display urls|expanded urls|impact|
impressions|reach (new)|reach|interest|last assignment date|location name|media filter|media urls|monthly visitors|
mozrank|noteids|priority|professions|short urls|starred|status|subtype|thread author|thread created date|
thread entry type|thread id|thread url|total monthly visitors|mentioned authors|hashtags|x author id|
twitter author id|x followers|twitter followers|x following|twitter following|x post count|twitter tweets|x posts|
x reply count|x retweets|twitter retweets|twitter reply count|x reply to|twitter reply to|x repost of|
twitter retweet of|x verified|twitter verified|x replies|x reposts|x likes|twitter likes|x impressions|
facebook author id|facebook comments|facebook likes|facebook role|facebook shares|facebook subtype|
instagram comment count|instagram followers|instagram like count|instagram post count|reddit author karma|
reddit comments|reddit score|reddit score upvote ratio|youtube likes|youtube comments|youtube views|tiktok likes|
tiktok comments|tiktok shares|bluesky author id|bluesky followers|bluesky likes|linkedin likes|threads likes|
engagement type|engagement score|parent blog name|root blog name|entity info
"""
_MELTWATER = """
date|time|document id|url|input name|keywords|information type|source type|source name|source domain|content type|
author name|author handle|title|opening text|image|hit sentence|parent url|country|region|state|city|language|reach|
global reach|national reach|local reach|ave|sentiment|likes|replies|reposts|comments|reactions|shares|views|
estimated views|engagement|hashtags|links|custom categories|custom fields|document tags|headline|influencer|subregion|
desktop reach|mobile reach|twitter social echo|facebook social echo|reddit social echo|social echo total|social echo|
editorial echo|key phrases|tweet id|twitter id|twitter client|twitter screen name|user profile url|twitter bio|
twitter followers|twitter following|alternate date format|is verified|keyphrases|document links
"""
_TALKWALKER = """
external id|url|indexed|search indexed|published|title|title snippet|content|content snippet|root url|domain url|
host url|parent url|lang|porn level|fluency level|sentiment|source type|post type|noise level|noise category|
cluster id|images.url|videos.url|tokens title|tokens content|tokens mention|tags internal|tags marking|tags customer|
article extended attributes.num comments|article extended attributes.facebook likes|
article extended attributes.twitter retweets|article extended attributes.twitter likes|
article extended attributes.twitter shares|article extended attributes.twitter followers|
source extended attributes.alexa pageviews|source extended attributes.facebook followers|
source extended attributes.twitter followers|extra article attributes.world data|extra author attributes.id|
extra author attributes.type|extra author attributes.name|extra author attributes.short name|
extra author attributes.gender|extra author attributes.url|extra author attributes.image url|
extra source attributes.name|engagement|reach|provider|matched profile|word count
"""
_SPRINKLR = """
universal message id|message|created time|sender screen name|sender listed name|sender user id|sender followers count|
sender age|sender gender|sender email|sender profile link|sender profile img url|sender influencer score|message type|
permalink|social network|language|language code|country|sentiment|retweets|favorites|star rating|original author|
media type list|listening media type|receiver screen name|receiver id|source id|source type|source name|profile link|
theme|topic|potential reach|conversation stream
"""
_REVIEWS = """
package name|app version code|app version name|reviewer language|device|review submit date and time|
review submit millis since epoch|review last update date and time|review last update millis since epoch|star rating|
review title|review text|developer reply date and time|developer reply millis since epoch|developer reply text|
review link|user image|thumbs up count|review created version|at|reply content|replied at|app version|app id|
reviewer nickname|territory|created date|is edited|developer response|consumer id|consumer display name|consumer.id|
consumer.display name|consumer.country code|dates.published date|dates.experienced date|dates.updated date|
reply.message|reply.published date|review date|reviewer|reviewer name|date of experience|company reply
"""
_FACEBOOK_INSTAGRAM_YOUTUBE = """
page id|page name|from id|from name|from.id|from.name|permalink url|media id|like count|reactions.summary.total count|
video id|video title|channel id|channel title|channel name|comment text|comment author|author display name|
author channel id|text display|text original|published at|total reply count|user name at posting|facebook id|
likes at posting|post created|post created date|post created time|total interactions|overperforming score|
page category
"""

KNOWN = frozenset(
    folded(name)
    for names in (
        *(_GENERIC, _TWCS, _X, _REDDIT, _BRANDWATCH, _MELTWATER, _TALKWALKER, _SPRINKLR, _REVIEWS),
        _FACEBOOK_INSTAGRAM_YOUTUBE,
    )
    for name in names.replace("\n", "").split("|")
)
"""Folded names (schemas.formats.aliases.folded): lower case, without spaces and underscores."""
