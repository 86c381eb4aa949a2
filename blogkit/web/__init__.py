"""What no author wrote.

In: entries and the site they stand in. Out: what each page shows as a value (:mod:`~blogkit.web.views`), what its
``<head>`` says, and the files beside the pages: feeds, cards, sitemap, redirects, search index, records.
"""
